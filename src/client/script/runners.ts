import { leadingOptions, programOfFile, runsAnother } from "./commandWords.ts";
import { parseNodeLine } from "./nodeFlags.ts";
import { type CommandSetting, type Meaning, noted, nothing, type ScriptCommand } from "./scriptCommand.ts";

type Runner = (command: ScriptCommand, name: string) => Meaning;

/** Programs that run a file on Node.js, and those that run it on something else, by name. */
export const runners: Readonly<Record<string, Runner>> = {
  node: runNode,
  nodejs: runNode,
  tsx: runTsx,
  esno: runTsx,
  "ts-node": runTsNode,
  "ts-node-esm": runTsNode,
  "ts-node-script": runTsNode,
  "ts-node-transpile-only": runTsNode,
  "ts-node-dev": runTsNode,
  tsnd: runTsNode,
  "babel-node": (command) => runRegistered(command, "@babel/register"),
  "sucrase-node": (command) => runRegistered(command, "sucrase/register"),
  deno: (command) => nothing(command, "otherRuntime", "deno"),
  python: (command) => nothing(command, "otherRuntime", "python"),
  python3: (command) => nothing(command, "otherRuntime", "python3"),
  docker: (command) => nothing(command, "otherRuntime", "docker"),
  "docker-compose": (command) => nothing(command, "otherRuntime", "docker-compose"),
  electron: (command) => nothing(command, "otherRuntime", "electron"),
};

function runNode(command: ScriptCommand): Meaning {
  const { file, script, nodeArgs, args, watching } = parseNodeLine(command.words);
  const whole = ["node", ...command.words].join(" ");
  const setting = watching.length === 0 ? command : noted(command, "notWatching", `node ${watching.join(" ")}`);
  if (script !== undefined) {
    return { kind: "scripts", names: [script], args, setting };
  }
  const program = file === undefined ? undefined : programOfFile(file);
  if (program !== undefined && runsAnother.test(program)) {
    return runProgram(program, nodeArgs, { ...command, ...setting, words: args });
  }
  return file === undefined
    ? nothing(command, "noFile", whole)
    : { kind: "run", run: { ...settingOf(setting), file, nodeArgs, args, typescript: false } };
}

/** What `node node_modules/.bin/tsx app.ts` runs: the app, with the options that Node.js was given. */
function runProgram(name: string, nodeArgs: readonly string[], command: ScriptCommand): Meaning {
  const runner = Object.hasOwn(runners, name) ? runners[name] : undefined;
  const meaning = runner?.(command, name) ?? {
    kind: "command",
    command: { ...command, words: [name, ...command.words] },
  };
  if (meaning.kind === "run") {
    return { kind: "run", run: { ...meaning.run, nodeArgs: [...nodeArgs, ...meaning.run.nodeArgs] } };
  }
  const noting = nodeArgs.length === 0 ? command : noted(command, "optionUnused", nodeArgs.join(" "));
  return meaning.kind === "command"
    ? { kind: "command", command: { ...noting, words: [name, ...command.words] } }
    : meaning;
}

/** The options of tsx that are not Node's, and the variables that say the same to its loader. */
function runTsx(command: ScriptCommand): Meaning {
  const watches = command.words[0] === "watch";
  let setting: CommandSetting = watches ? noted(command, "notWatching", "tsx watch") : command;
  const words: string[] = [];
  const given = watches ? command.words.slice(1) : command.words;
  let index = 0;
  for (; index < given.length; index += 1) {
    const [, name = "", inline] = /^(--[\w-]+)(?:=(.*))?$/s.exec(given[index] ?? "") ?? [];
    const next = () => {
      index += inline === undefined ? 1 : 0;
      return inline ?? given[index] ?? "";
    };
    if (name === "--tsconfig") {
      setting = { ...setting, env: { ...setting.env, TSX_TSCONFIG_PATH: next() } };
    } else if (name === "--no-cache") {
      setting = { ...setting, env: { ...setting.env, TSX_DISABLE_CACHE: "1" } };
    } else if (watches && /^--(?:include|exclude|ignore)$/.test(name)) {
      next();
    } else if (!/^--(?:no-)?clear-screen$/.test(name)) {
      words.push(given[index] ?? "");
      if (!(given[index] ?? "").startsWith("-")) {
        words.push(...given.slice(index + 1));
        break;
      }
    }
  }
  const meaning = runNode({ ...command, ...setting, words });
  return withTypescript(meaning, ["--import", "tsx"], { ...command, words: ["tsx", ...command.words] });
}

/** https://typestrong.org/ts-node/docs/options */
const tsNodeOptions: Readonly<Record<string, string>> = {
  "-P": "TS_NODE_PROJECT",
  "--project": "TS_NODE_PROJECT",
  "-O": "TS_NODE_COMPILER_OPTIONS",
  "--compiler-options": "TS_NODE_COMPILER_OPTIONS",
  "--compilerOptions": "TS_NODE_COMPILER_OPTIONS",
  "-C": "TS_NODE_COMPILER",
  "--compiler": "TS_NODE_COMPILER",
  "-I": "TS_NODE_IGNORE",
  "--ignore": "TS_NODE_IGNORE",
  "-D": "TS_NODE_IGNORE_DIAGNOSTICS",
  "--ignore-diagnostics": "TS_NODE_IGNORE_DIAGNOSTICS",
  "--scopeDir": "TS_NODE_SCOPE_DIR",
};

const tsNodeSwitches: Readonly<Record<string, string>> = {
  "-T": "TS_NODE_TRANSPILE_ONLY",
  "--transpile-only": "TS_NODE_TRANSPILE_ONLY",
  "--transpileOnly": "TS_NODE_TRANSPILE_ONLY",
  "-H": "TS_NODE_COMPILER_HOST",
  "--compiler-host": "TS_NODE_COMPILER_HOST",
  "--files": "TS_NODE_FILES",
  "--swc": "TS_NODE_SWC",
  "--pretty": "TS_NODE_PRETTY",
  "--skip-project": "TS_NODE_SKIP_PROJECT",
  "--skip-ignore": "TS_NODE_SKIP_IGNORE",
  "--prefer-ts-exts": "TS_NODE_PREFER_TS_EXTS",
  "--log-error": "TS_NODE_LOG_ERROR",
  "--emit": "TS_NODE_EMIT",
  "--scope": "TS_NODE_SCOPE",
};

function runTsNode(command: ScriptCommand, name: string): Meaning {
  const develops = name === "ts-node-dev" || name === "tsnd";
  const watchValues = develops ? ["--watch", "--ignore-watch", "--interval", "--debounce"] : [];
  const required = ["-r", "--require", ...(develops ? [] : ["--import"])];
  const { options, rest } = leadingOptions(command.words, [...Object.keys(tsNodeOptions), ...required, ...watchValues]);
  const env: Record<string, string> = { ...command.env };
  const preloads: string[] = [];
  let esm = name === "ts-node-esm";
  let setting: CommandSetting = develops ? noted(command, "notWatching", name) : command;
  for (const { name: option, value = "", text } of options) {
    const variable = tsNodeOptions[option];
    const enabled = tsNodeSwitches[option];
    if (variable !== undefined) {
      env[variable] = value;
    } else if (enabled !== undefined) {
      env[enabled] = "true";
    } else if (required.includes(option)) {
      preloads.push("-r", value);
    } else if (option === "--esm") {
      esm = true;
    } else if (/^--inspect/.test(option)) {
      preloads.push(text);
    } else if (!develops) {
      setting = noted(setting, "optionUnused", `${name} ${text}`);
    }
  }
  if (name === "ts-node-transpile-only") {
    env.TS_NODE_TRANSPILE_ONLY = "true";
  }
  const loader = esm ? ["--loader", "ts-node/esm"] : ["-r", "ts-node/register"];
  const meaning = runNode({ ...command, ...setting, env, words: rest });
  return withTypescript(meaning, [...loader, ...preloads], { ...command, words: [name, ...command.words] });
}

function runRegistered(command: ScriptCommand, register: string): Meaning {
  const valued = ["-x", "--extensions", "--presets", "--plugins", "--config-file", "-o", "-i", "--ignore", "--only"];
  const { options, rest } = leadingOptions(command.words, [...valued, "-r", "--require"]);
  const setting = options
    .filter(({ name }) => name !== "-r" && name !== "--require")
    .reduce((before, { text }) => noted(before, "optionUnused", text), command);
  const preloads = options.flatMap(({ name, value = "" }) => (/^(?:-r|--require)$/.test(name) ? ["-r", value] : []));
  return withTypescript(runNode({ ...setting, words: rest }), ["-r", register, ...preloads], command);
}

function withTypescript(meaning: Meaning, loader: readonly string[], whole: ScriptCommand): Meaning {
  return meaning.kind === "run"
    ? { kind: "run", run: { ...meaning.run, nodeArgs: [...loader, ...meaning.run.nodeArgs], typescript: true } }
    : nothing(whole, "noFile", whole.words.join(" "));
}

/** A command without its words. */
export function settingOf({ cwd, env, envFiles, notes }: CommandSetting): CommandSetting {
  return { cwd, env, envFiles, notes };
}
