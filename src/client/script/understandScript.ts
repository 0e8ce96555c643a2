import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { type PackageJson, readNodemonConfig, readPackageJson } from "../project/packageJson.ts";
import type { PackageManagerName } from "../project/packageManager.ts";
import { isFile, resolveScript } from "../project/resolveScript.ts";
import { programName, splitAssignments } from "./commandWords.ts";
import { frameworkMeaning } from "./frameworkCommands.ts";
import { packageManagerMeaning, packageManagers } from "./packageManagers.ts";
import { runners } from "./runners.ts";
import {
  type CommandSetting,
  type Meaning,
  type NodeRun,
  noted,
  type ScriptCommand,
  type ScriptEnvFile,
} from "./scriptCommand.ts";
import type { ScriptNote, ScriptReason } from "./scriptNote.ts";
import { readShellSteps, type ShellStep, type Variables } from "./shellSteps.ts";
import { quote, wrappers } from "./wrappers.ts";

/** A program of Node.js that a script runs. */
export interface ScriptTarget {
  /** Absolute; it exists. */
  readonly file: string;
  /** Absolute. */
  readonly cwd: string;
  readonly nodeArgs: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly envFiles: readonly ScriptEnvFile[];
  /** What of the script is left out. */
  readonly notes: readonly ScriptNote[];
}

/** What a script would do. */
export interface UnderstoodScript {
  /** The programs that may be the app: more than one if the script runs several at once. */
  readonly targets: readonly ScriptTarget[];
  /** Why there are none, or not all. */
  readonly reasons: readonly ScriptReason[];
}

export interface ScriptPlace {
  /** Absolute; the folder of the package.json with the scripts. */
  readonly folder: string;
  readonly environment: Variables;
}

/** Scripts that call scripts deeper than this do not end. */
const deepest = 12;

/**
 * Says what a script of package.json runs, without running anything: which file of which Node.js program, with what, and
 * what of the script is left out.
 */
export async function understandScript(name: string, place: ScriptPlace): Promise<UnderstoodScript> {
  const setting: CommandSetting = { cwd: place.folder, env: {}, envFiles: [], notes: [] };
  return new ScriptReader(place.environment).readScripts([name], [], setting, []);
}

/** Says the same of a command that is given as words: a program and its arguments. */
export async function understandCommand(words: readonly string[], place: ScriptPlace): Promise<UnderstoodScript> {
  const command: ScriptCommand = { cwd: place.folder, env: {}, envFiles: [], notes: [], words };
  return new ScriptReader(place.environment).readCommand(command, []);
}

/** Says the same of a command line, which is none of package.json. */
export async function understandCommandLine(text: string, place: ScriptPlace): Promise<UnderstoodScript> {
  const setting: CommandSetting = { cwd: place.folder, env: {}, envFiles: [], notes: [] };
  return new ScriptReader(place.environment).readText(text, setting, []);
}

class ScriptReader {
  readonly #environment: Variables;

  constructor(environment: Variables) {
    this.#environment = environment;
  }

  /** @param callers The scripts that led here, as `folder name`. */
  async readScripts(
    names: readonly string[],
    args: readonly string[],
    setting: CommandSetting,
    callers: readonly string[],
    others: "notRun" | "notBeside" = "notBeside",
  ): Promise<UnderstoodScript> {
    const inside = await linkedFolder(setting.cwd);
    const { scripts = {} } = await readPackageJson(inside);
    const found = names.flatMap((name) => matchingScripts(name, scripts));
    const missing = names.filter((name) => matchingScripts(name, scripts).length === 0);
    const results: UnderstoodScript[] = [];
    for (const name of missing) {
      results.push(none({ kind: "scriptMissing", what: name }));
    }
    for (const name of found) {
      const key = `${inside} ${name}`;
      if (callers.includes(key) || callers.length >= deepest) {
        return none({ kind: "callsItself", what: name });
      }
      const hook = scripts[`pre${name}`];
      const beside = found.filter((other) => other !== name);
      const base = beside.reduce((before, other) => noted(before, others, `npm run ${other}`), {
        ...setting,
        cwd: inside,
      });
      const hooked = hook === undefined ? base : noted(base, "hookNotRun", `pre${name} (${hook})`);
      const text = [scripts[name] ?? "", ...args.map(quote)].join(" ");
      results.push(await this.readText(text, hooked, [...callers, key]));
    }
    return together(results);
  }

  async readText(text: string, given: CommandSetting, callers: readonly string[]): Promise<UnderstoodScript> {
    const { steps, unset, broken } = readShellSteps(text, { ...this.#environment, ...given.env });
    if (broken || steps.length === 0) {
      return none({ kind: "unreadable", what: text });
    }
    let setting = unset.reduce((before, name) => noted(before, "variableUnset", `$${name}`), given);
    const commands: { readonly step: ShellStep; readonly result: UnderstoodScript }[] = [];
    for (const step of steps) {
      const moved = step.needsShell ? undefined : changedBy(step, setting);
      if (moved === undefined) {
        commands.push({ step, result: await this.#readStep(step, setting, callers) });
      } else {
        setting = moved;
      }
    }
    return choose(commands, text);
  }

  #readStep(step: ShellStep, setting: CommandSetting, callers: readonly string[]): Promise<UnderstoodScript> {
    if (step.needsShell) {
      return Promise.resolve(none({ kind: "needsShell", what: step.text }));
    }
    let noting: CommandSetting = { ...setting, env: { ...setting.env, ...step.env } };
    for (const pipe of step.pipes) {
      noting = noted(noting, "notPiped", pipe);
    }
    if (step.redirects.length > 0) {
      noting = noted(noting, "notRedirected", step.redirects.join(" "));
    }
    return this.readCommand({ ...noting, words: step.words }, callers);
  }

  async readCommand(first: ScriptCommand, callers: readonly string[]): Promise<UnderstoodScript> {
    let command = first;
    for (let depth = 0; depth < deepest; depth += 1) {
      const meaning = await meaningOf(command);
      switch (meaning.kind) {
        case "command":
          command = meaning.command;
          break;
        case "text":
          return this.readText(meaning.text, meaning.setting, [...callers, meaning.text]);
        case "scripts":
          return this.#readNamed(meaning, callers);
        case "together":
          return this.#readTogether(meaning.texts, meaning.setting, callers);
        case "bin":
          return this.#readNodemon(meaning.command, callers);
        case "run":
          return target(meaning.run);
        case "none":
          return none(meaning.reason);
      }
    }
    return none({ kind: "unreadable", what: first.words.join(" ") });
  }

  /** Yarn, pnpm and bun take a name that is no script for a program of a package. */
  async #readNamed(
    { names, args, setting, others }: Extract<Meaning, { kind: "scripts" }>,
    callers: readonly string[],
  ): Promise<UnderstoodScript> {
    const result = await this.readScripts(names, args, setting, callers, others);
    const [only] = names;
    if (result.reasons[0]?.kind !== "scriptMissing" || names.length !== 1 || only === undefined) {
      return result;
    }
    if (only === "start" && (await isFile(join(setting.cwd, "server.js")))) {
      return this.readCommand({ ...setting, words: ["node", "server.js", ...args] }, callers);
    }
    const program = await this.readCommand({ ...setting, words: [only, ...args] }, callers);
    return program.reasons[0]?.kind === "notInstalled" ? result : program;
  }

  async #readTogether(
    texts: readonly string[],
    setting: CommandSetting,
    callers: readonly string[],
  ): Promise<UnderstoodScript> {
    const results: UnderstoodScript[] = [];
    for (const [index, text] of texts.entries()) {
      const others = texts.filter((_, other) => other !== index);
      const noting = others.reduce((before, other) => noted(before, "notBeside", other), setting);
      results.push(await this.readText(text, noting, [...callers, text]));
    }
    return together(results);
  }

  /** `nodemon` alone runs what its configuration says, or the package's main. */
  async #readNodemon(command: ScriptCommand, callers: readonly string[]): Promise<UnderstoodScript> {
    const { main } = await readPackageJson(command.cwd);
    const { exec, env } = await readNodemonConfig(command.cwd);
    const setting = { ...command, env: { ...env, ...command.env } };
    if (exec !== undefined) {
      return this.readText(exec, setting, [...callers, exec]);
    }
    return this.readCommand({ ...setting, words: ["node", main ?? "index.js"] }, callers);
  }
}

/** What a command that is no program changes for those after it: its folder, its variables. */
function changedBy({ words, env }: ShellStep, setting: CommandSetting): CommandSetting | undefined {
  const [name, ...rest] = words;
  if (name === undefined) {
    return setting;
  }
  if (name === "cd" && rest.length <= 1) {
    return { ...setting, cwd: resolve(setting.cwd, rest[0] ?? ".") };
  }
  // `set` is the word for it on Windows.
  if (name === "export" || (name.toLowerCase() === "set" && rest.length === 1)) {
    const assigned = splitAssignments(rest);
    return assigned.rest.length === 0 ? { ...setting, env: { ...setting.env, ...assigned.env, ...env } } : undefined;
  }
  return undefined;
}

async function meaningOf(command: ScriptCommand): Promise<Meaning> {
  const [word = "", ...words] = command.words;
  const { env, rest } = splitAssignments(command.words);
  if (Object.keys(env).length > 0) {
    return { kind: "command", command: { ...command, env: { ...command.env, ...env }, words: rest } };
  }
  const name = programName(word);
  const inner = { ...command, words };
  if (packageManagers.has(name)) {
    return packageManagerMeaning(name as PackageManagerName, inner);
  }
  const known = own(wrappers, name) ?? own(runners, name);
  if (known !== undefined) {
    return known(inner, name);
  }
  if (/\.(?:sh|bash|bat|ps1)$/.test(word)) {
    return { kind: "none", reason: { kind: "needsShell", what: word }, notes: command.notes };
  }
  // A file of the project that is run by its first line.
  if (/[\\/]/.test(word) && !/[\\/]\.bin[\\/]/.test(word)) {
    return { kind: "command", command: { ...command, words: ["node", ...command.words] } };
  }
  return frameworkMeaning(name, inner);
}

function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Of commands in a row the last one is the app, of those side by side each may be. */
function choose(
  commands: readonly { readonly step: ShellStep; readonly result: UnderstoodScript }[],
  text: string,
): UnderstoodScript {
  const serving = commands.filter(({ step }) => !step.otherwise);
  const beside = serving.filter(({ step }, index) => step.background && index < serving.length - 1);
  const inRow = serving.filter((command) => !beside.includes(command));
  const last = inRow.findLast(({ step, result }) => result.targets.length > 0 || !isIdle(step)) ?? inRow.at(-1);
  const chosen = [...beside, ...(last === undefined ? [] : [last])];
  if (chosen.length === 0) {
    return none({ kind: "noServer", what: text });
  }
  return together(
    chosen.map(({ step, result }) => {
      const unused = commands.filter((other) => other.step !== step);
      const notes = unused.map(
        (other): ScriptNote => ({
          kind: chosen.includes(other as (typeof chosen)[number]) ? "notBeside" : "notRun",
          what: other.step.text,
        }),
      );
      return { ...result, targets: result.targets.map((one) => ({ ...one, notes: [...one.notes, ...notes] })) };
    }),
  );
}

/** A command that may follow the app without being it. */
function isIdle({ words }: ShellStep): boolean {
  return /^(?:echo|exit|true|sleep|wait|printf|:|rm|rimraf)$/.test(programName(words[0] ?? ""));
}

function together(results: readonly UnderstoodScript[]): UnderstoodScript {
  return {
    targets: results.flatMap(({ targets }) => targets),
    reasons: results.flatMap(({ reasons }) => reasons),
  };
}

function none(reason: ScriptReason): UnderstoodScript {
  return { targets: [], reasons: [reason] };
}

async function target({ file, typescript, ...run }: NodeRun): Promise<UnderstoodScript> {
  const found =
    (await resolveScript(run.cwd, file)) ?? (typescript ? await resolveTypescript(run.cwd, file) : undefined);
  if (found === undefined) {
    const isBuilt = /^(?:\.\/)?(?:dist|build|out|lib|\.output|\.next|\.svelte-kit|public)(?:\/|$)/.test(file);
    return none({ kind: isBuilt ? "notBuilt" : "fileMissing", what: file });
  }
  const there = await Promise.all(run.envFiles.map((env) => isFile(env.file)));
  const missing = run.envFiles.filter((_, index) => there[index] !== true);
  const shown = (path: string) => relative(run.cwd, path);
  const required = missing.find(({ optional }) => !optional);
  if (required !== undefined) {
    return none({ kind: "envFileMissing", what: shown(required.file) });
  }
  const notes = [
    ...run.notes,
    ...missing.map((env): ScriptNote => ({ kind: "envFileMissing", what: shown(env.file) })),
  ];
  const envFiles = run.envFiles.filter((env) => !missing.includes(env));
  return { targets: [{ ...run, notes, envFiles, file: found }], reasons: [] };
}

async function resolveTypescript(cwd: string, file: string): Promise<string | undefined> {
  for (const ending of [".ts", ".tsx", ".mts", ".cts", "/index.ts", "/index.tsx"]) {
    const path = resolve(cwd, file + ending);
    if (await isFile(path)) {
      return path;
    }
  }
  return undefined;
}

/** The scripts that a name or a pattern such as `dev:*` means. */
function matchingScripts(name: string, scripts: NonNullable<PackageJson["scripts"]>): string[] {
  if (Object.hasOwn(scripts, name)) {
    return [name];
  }
  if (!name.includes("*")) {
    return [];
  }
  const star = name.indexOf("*");
  const [start, end] = [name.slice(0, star), name.slice(star).replace(/^\*+/, "")];
  return Object.keys(scripts).filter(
    (script) => script.length >= start.length + end.length && script.startsWith(start) && script.endsWith(end),
  );
}

/** Where a workspace that is linked into `node_modules` is, by the name of the folder that the person came by. */
async function linkedFolder(folder: string): Promise<string> {
  const [base = folder] = folder.split(/[\\/]node_modules[\\/]/, 1);
  if (base === folder) {
    return folder;
  }
  const [real, realBase] = await Promise.all([folder, base].map((path) => realpath(path).catch(() => path)));
  const inside = relative(realBase ?? base, real ?? folder);
  return inside.startsWith("..") || isAbsolute(inside) ? (real ?? folder) : join(base, inside);
}
