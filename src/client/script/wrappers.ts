import { resolve } from "node:path";
import { leadingOptions, splitAssignments } from "./commandWords.ts";
import {
  type CommandSetting,
  type Meaning,
  noted,
  nothing,
  type ScriptCommand,
  type ScriptEnvFile,
} from "./scriptCommand.ts";

type Wrapper = (command: ScriptCommand) => Meaning;

/** Programs that run another program, by name. Each gets the words after its own name. */
export const wrappers: Readonly<Record<string, Wrapper>> = {
  "cross-env": (command) => assigned(command, "command"),
  "cross-env-shell": (command) => assigned(command, "text"),
  env: runEnv,
  dotenv: runDotenv,
  "dotenv-cli": runDotenv,
  dotenvx: runDotenvx,
  "env-cmd": runEnvCmd,
  npx: runPackageRunner,
  pnpx: runPackageRunner,
  bunx: runPackageRunner,
  sh: runShell,
  bash: runShell,
  nodemon: runNodemon,
  concurrently: runConcurrently,
  "npm-run-all": (command) => runScripts(command, "notRun"),
  "npm-run-all2": (command) => runScripts(command, "notRun"),
  "run-p": (command) => runScripts(command, "notBeside"),
  "run-s": (command) => runScripts(command, "notRun"),
  "tsc-watch": (command) => afterBuild(command, "tsc-watch"),
  tsup: (command) => afterBuild(command, "tsup"),
  tsdown: (command) => afterBuild(command, "tsdown"),
  "pm2-runtime": runPm2,
  pm2: runPm2,
  exec: (command) => passOn(command, ["-a"]),
  command: (command) => passOn(command, []),
  time: (command) => passOn(command, []),
  nohup: (command) => passOn(command, []),
  nice: (command) => passOn(command, ["-n", "--adjustment"]),
  "dumb-init": (command) => passOn(command, []),
  tini: (command) => passOn(command, ["-e", "-p"]),
  c8: (command) => coverage(command, "c8"),
  nyc: (command) => coverage(command, "nyc"),
  doppler: (command) => injected(command, "doppler", "run"),
  infisical: (command) => injected(command, "infisical", "run"),
  op: (command) => injected(command, "op", "run"),
  "node-dev": watchesNode,
  forever: runForever,
  supervisor: watchesNode,
  corepack: (command) => passOn(command, []),
  volta: (command) => otherNode(command, "volta", "run"),
  fnm: (command) => otherNode(command, "fnm", "exec"),
};

function passOn(command: ScriptCommand, valued: readonly string[]): Meaning {
  return { kind: "command", command: { ...command, words: leadingOptions(command.words, valued).rest } };
}

function assigned(command: ScriptCommand, kind: "command" | "text"): Meaning {
  const { env, rest } = splitAssignments(command.words);
  const words = rest[0] === "--" ? rest.slice(1) : rest;
  const setting = { ...command, env: { ...command.env, ...env } };
  // A whole command in quotes is one word.
  return kind === "text" || (words.length === 1 && /\s/.test(words[0] ?? ""))
    ? { kind: "text", text: words.join(" "), setting }
    : { kind: "command", command: { ...setting, words } };
}

function runEnv(command: ScriptCommand): Meaning {
  const { options, rest } = leadingOptions(command.words, ["-u", "--unset", "-C", "--chdir", "-S", "--split-string"]);
  let changed: ScriptCommand = { ...command, words: rest };
  for (const { name, value = "", text } of options) {
    if (name === "-C" || name === "--chdir") {
      changed = { ...changed, cwd: resolve(changed.cwd, value) };
    } else if (name === "-S" || name === "--split-string") {
      return { kind: "text", text: [value, ...rest].join(" "), setting: changed };
    } else {
      changed = noted(changed, "optionUnused", `env ${text}`);
    }
  }
  return assigned(changed, "command");
}

type FileUse = Pick<ScriptEnvFile, "wins" | "optional">;

function withFiles<Setting extends CommandSetting>(setting: Setting, files: readonly string[], how: FileUse): Setting {
  const added = files.map((file) => ({ file: resolve(setting.cwd, file), ...how }));
  return { ...setting, envFiles: [...setting.envFiles, ...added] };
}

function runDotenv(command: ScriptCommand): Meaning {
  const valued = ["-e", "-f", "-v", "-p", "--env", "--file"];
  const { options, rest } = leadingOptions(command.words, valued);
  const values = (...names: string[]) =>
    options.flatMap(({ name, value }) => (names.includes(name) ? [value ?? ""] : []));
  const cascade = options.find(({ name }) => name === "-c");
  const files = values("-e", "-f", "--env", "--file").flatMap((file) => file.split(","));
  const wins = options.some(({ name }) => name === "-o" || name === "--override");
  const plain = files.length === 0 ? [".env"] : files;
  const { env } = splitAssignments(values("-v"));
  let changed: ScriptCommand = { ...command, words: rest, env: { ...command.env, ...env } };
  if (cascade !== undefined) {
    changed = noted(changed, "optionUnused", `dotenv ${cascade.text}`);
  }
  changed = withFiles(changed, plain, { wins, optional: true });
  return rest.length === 1 && /\s/.test(rest[0] ?? "")
    ? { kind: "text", text: rest[0] ?? "", setting: changed }
    : { kind: "command", command: changed };
}

function runDotenvx(command: ScriptCommand): Meaning {
  const [verb, ...words] = command.words;
  if (verb !== "run") {
    return nothing(command, "noServer", ["dotenvx", ...command.words].join(" "));
  }
  const valued = [
    "-f",
    "--env-file",
    "-e",
    "--env",
    "-fv",
    "--env-vault-file",
    "-fk",
    "--env-keys-file",
    "--convention",
    "-l",
  ];
  const { options, rest } = leadingOptions(words, valued);
  const files: string[] = [];
  let wins = false;
  let changed: ScriptCommand = { ...command, words: rest };
  for (const { name, value = "", text } of options) {
    if (name === "-f" || name === "--env-file") {
      files.push(value);
    } else if (name === "-e" || name === "--env") {
      changed = { ...changed, env: { ...changed.env, ...splitAssignments([value]).env } };
    } else if (name === "-o" || name === "--overload") {
      wins = true;
    } else if (!/^(?:-q|--quiet|-v|--verbose|-d|--debug|--no-ops|--strict|--ignore.*)$/.test(name)) {
      changed = noted(changed, "optionUnused", `dotenvx ${text}`);
    }
  }
  return {
    kind: "command",
    command: withFiles(changed, files.length === 0 ? [".env"] : files, { wins, optional: true }),
  };
}

function runEnvCmd(command: ScriptCommand): Meaning {
  const valued = ["-f", "--file", "-e", "--environments", "-r", "--rc-file"];
  const { options, rest } = leadingOptions(command.words, valued);
  const has = (...names: string[]) => options.find(({ name }) => names.includes(name));
  const rc = has("-e", "--environments", "-r", "--rc-file");
  if (rc !== undefined) {
    return { kind: "command", command: noted({ ...command, words: rest }, "variablesMissing", `env-cmd ${rc.text}`) };
  }
  // Up to version 8 the file was the first word.
  const old = has("-f", "--file") === undefined && /(?:^|[./\\])env(?:\.|$)/.test(rest[0] ?? "");
  const file = has("-f", "--file")?.value ?? (old ? rest[0] : undefined) ?? ".env";
  const words = old ? rest.slice(1) : rest;
  const how = { wins: has("--no-override") === undefined, optional: false };
  return { kind: "command", command: withFiles({ ...command, words }, [file], how) };
}

function runPackageRunner(command: ScriptCommand): Meaning {
  const { options, rest } = leadingOptions(command.words, ["-p", "--package", "-c", "--call", "-w", "--workspace"]);
  const call = options.find(({ name }) => name === "-c" || name === "--call");
  // `npx tsx@latest` is the installed one where there is one.
  const [program = "", ...args] = rest;
  const words = [withoutVersion(program), ...args];
  // Packages that are installed are found anyway; another Node.js is not.
  const others = options.filter(
    ({ name, value = "" }) => /^(?:-p|--package)$/.test(name) && /^node(?:@|$)/.test(value),
  );
  const changed = others.reduce((before, { text }) => noted(before, "optionUnused", `npx ${text}`), command);
  return call?.value === undefined
    ? { kind: "command", command: { ...changed, words } }
    : { kind: "text", text: call.value, setting: command };
}

/** `tsx@latest` and `@scope/name@1` without what follows the second `@`. */
function withoutVersion(program: string): string {
  const at = program.indexOf("@", 1);
  return at === -1 ? program : program.slice(0, at);
}

function runShell(command: ScriptCommand): Meaning {
  const [flag, text] = command.words;
  return /^-[a-z]*c$/.test(flag ?? "") && text !== undefined
    ? { kind: "text", text, setting: command }
    : nothing(command, "needsShell", command.words[0] ?? "sh");
}

function runNodemon(command: ScriptCommand): Meaning {
  const valued = ["-x", "--exec", "-e", "--ext", "-w", "--watch", "-i", "--ignore", "-d", "--delay", "--config", "-s"];
  const { options, rest } = leadingOptions(command.words, [
    ...valued,
    "--signal",
    "--cwd",
    "-r",
    "--require",
    "--import",
  ]);
  const exec = options.find(({ name }) => name === "-x" || name === "--exec")?.value;
  const folder = options.find(({ name }) => name === "--cwd")?.value;
  const own =
    /^(?:-[xewidsqVILCh]|--(?:exec|ext|watch|ignore|delay|config|signal|cwd|quiet|verbose|legacy-watch|on-change-only|no-.*|spawn|exitcrash|dump|polling-interval.*|stdin))$/;
  // What is not nodemon's own is Node's.
  const nodeWords = options.filter(({ name }) => !own.test(name)).flatMap(({ text }) => text.split(" "));
  const base = noted(
    { ...command, ...(folder !== undefined && { cwd: resolve(command.cwd, folder) }) },
    "notWatching",
    "nodemon",
  );
  if (exec !== undefined) {
    return { kind: "text", text: [exec, ...rest.map(quote)].join(" "), setting: base };
  }
  if (rest.length === 0) {
    return { kind: "bin", name: "nodemon", command: base };
  }
  const program = /\.[cm]?tsx?$/.test(rest[0] ?? "") ? "ts-node" : "node";
  return { kind: "command", command: { ...base, words: [program, ...nodeWords, ...rest] } };
}

/** A word as it must stand in a script to be one. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function runConcurrently(command: ScriptCommand): Meaning {
  const valued = ["-n", "--names", "-c", "--prefix-colors", "-p", "--prefix", "-t", "--timestamp-format", "-l"];
  const more = ["--prefix-length", "--restart-tries", "--restart-after", "-s", "--success", "-m", "--max-processes"];
  const texts: string[] = [];
  let rest: readonly string[] = command.words;
  while (rest.length > 0) {
    const read = leadingOptions(rest, [...valued, ...more, "--hide", "--default-input-target", "--name-separator"]);
    const [text, ...others] = read.rest;
    rest = others;
    if (text !== undefined) {
      texts.push(
        text.replace(
          /^(npm|pnpm|yarn|bun|node):(?=\S)/,
          (_, manager) => `${manager === "node" ? "npm" : manager} run `,
        ),
      );
    }
  }
  return { kind: "together", texts, setting: command };
}

function runScripts(command: ScriptCommand, usual: "notRun" | "notBeside"): Meaning {
  const names = command.words.filter((word) => !word.startsWith("-"));
  const isParallel = command.words.some((word) => /^(?:-p|--parallel)$/.test(word));
  return { kind: "scripts", names, args: [], setting: command, others: isParallel ? "notBeside" : usual };
}

/** A compiler that watches, and runs a command when it has built. */
function afterBuild(command: ScriptCommand, name: string): Meaning {
  const at = command.words.findIndex((word) => /^--on-?success(?:=|$)/i.test(word));
  const word = command.words[at] ?? "";
  const text = word.includes("=") ? word.slice(word.indexOf("=") + 1) : command.words[at + 1];
  return at === -1 || text === undefined
    ? nothing(command, "noServer", [name, ...command.words].join(" "))
    : { kind: "text", text, setting: noted(command, "notWatching", name) };
}

function runPm2(command: ScriptCommand): Meaning {
  const words = command.words[0] === "start" ? command.words.slice(1) : command.words;
  const all = ["pm2", ...command.words].join(" ");
  const valued = [
    "-i",
    "--instances",
    "-n",
    "--name",
    "--node-args",
    "--env",
    "--max-memory-restart",
    "-o",
    "-e",
    "-l",
    "--log",
  ];
  const { options, rest } = leadingOptions(words, valued);
  const [file, ...after] = rest;
  if (file !== undefined && /(?:config\.[cm]?js|\.json|\.ya?ml)$/.test(file)) {
    return nothing(command, "pm2File", [file, ...chosenOf(command.words)].join(" "));
  }
  if (file === undefined || /^(?:npm|yarn|pnpm)$/.test(file)) {
    return nothing(command, "processManager", all);
  }
  const end = after.indexOf("--");
  const trailing = end === -1 ? after : after.slice(0, end);
  let changed: ScriptCommand = { ...command, words: ["node", file, ...(end === -1 ? [] : after.slice(end + 1))] };
  for (const text of [
    ...options.map((option) => option.text),
    ...(trailing.length === 0 ? [] : [trailing.join(" ")]),
  ]) {
    changed = noted(changed, "optionUnused", `pm2 ${text}`);
  }
  return { kind: "command", command: changed };
}

/** What of pm2's options `hitless start` takes with a pm2 file. */
function chosenOf(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    if (/^--(?:env|only)=/.test(word)) {
      return [word];
    }
    const value = words[index + 1];
    return /^--(?:env|only)$/.test(word) && value !== undefined ? [word, value] : [];
  });
}

function coverage(command: ScriptCommand, name: string): Meaning {
  return passOn(noted(command, "optionUnused", name), [
    "-r",
    "--reporter",
    "-o",
    "--reports-dir",
    "-x",
    "--exclude",
    "-n",
    "--include",
  ]);
}

function injected(command: ScriptCommand, name: string, verb: string): Meaning {
  const at = command.words.indexOf("--");
  if (command.words[0] !== verb || at === -1) {
    return nothing(command, "noServer", [name, ...command.words].join(" "));
  }
  const words = command.words.slice(at + 1);
  return { kind: "command", command: noted({ ...command, words }, "variablesMissing", name) };
}

function watchesNode(command: ScriptCommand): Meaning {
  const words = command.words[0] === "start" ? command.words.slice(1) : command.words;
  const valued = ["-w", "--watch", "-i", "--ignore", "-e", "--extensions", "-l", "-o", "-a"];
  const { rest } = leadingOptions(words, valued);
  return { kind: "command", command: noted({ ...command, words: ["node", ...rest] }, "notWatching", "its watcher") };
}

function runForever(command: ScriptCommand): Meaning {
  const words = command.words[0] === "start" ? command.words.slice(1) : command.words;
  const valued = [
    "-m",
    "-l",
    "-o",
    "-e",
    "-c",
    "--uid",
    "--workingDir",
    "--sourceDir",
    "--watchDirectory",
    "--pidFile",
  ];
  const more = ["--minUptime", "--spinSleepTime", "--killSignal", "-n", "--number", "-p", "-d"];
  const { options, rest } = leadingOptions(words, [...valued, ...more]);
  const used = ["forever", ...options.map(({ text }) => text)].join(" ");
  return { kind: "command", command: noted({ ...command, words: ["node", ...rest] }, "optionUnused", used) };
}

/** Programs that run a command with another version of Node.js, which is chosen in another way here. */
function otherNode(command: ScriptCommand, name: string, verb: string): Meaning {
  if (command.words[0] !== verb) {
    return nothing(command, "noServer", [name, ...command.words].join(" "));
  }
  const { options, rest } = leadingOptions(command.words.slice(1), ["--using", "--node", "--npm", "--yarn", "--pnpm"]);
  const changed = options.reduce((before, { text }) => noted(before, "optionUnused", `${name} ${text}`), command);
  return { kind: "command", command: { ...changed, words: rest } };
}
