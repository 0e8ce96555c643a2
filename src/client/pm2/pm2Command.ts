import { extname, isAbsolute, resolve } from "node:path";
import { isFile, isFolder } from "../project/resolveScript.ts";
import { readTextFile } from "../readTextFile.ts";
import { programName, programOfFile, runsAnother } from "../script/commandWords.ts";
import type { ScriptEnvFile } from "../script/scriptCommand.ts";
import { noteText, reasonText } from "../script/scriptNote.ts";
import {
  type ScriptPlace,
  type UnderstoodScript,
  understandCommand,
  understandCommandLine,
} from "../script/understandScript.ts";

/** How a pm2 app is run, of what its file says of it. */
export interface Pm2Command {
  readonly script: string;
  readonly args: readonly string[];
  readonly interpreter: string | undefined;
  readonly nodeArgs: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly environment: ScriptPlace["environment"];
}

/** The program of Node.js that a pm2 app is, or why it is none. */
export type Pm2Program =
  | {
      readonly kind: "file";
      /** Relative to `cwd`, as written, or absolute. Absent: what the start script of package.json runs. */
      readonly entry?: string;
      /** Absolute. */
      readonly cwd: string;
      readonly args: readonly string[];
      readonly nodeArgs: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly envFiles: readonly ScriptEnvFile[];
      /** The Node.js program, absolute. */
      readonly node?: string;
      /** What is to be known of it: sentences without their full stops. */
      readonly notes: readonly string[];
    }
  | { readonly kind: "none"; readonly reason: string };

/** What pm2 runs a file of another kind with. */
const otherInterpreters: Readonly<Record<string, string>> = {
  ".sh": "a shell script",
  ".bash": "a shell script",
  ".py": "Python",
  ".rb": "Ruby",
  ".php": "PHP",
  ".pl": "Perl",
  ".coffee": "CoffeeScript",
  ".ls": "LiveScript",
  ".jar": "Java",
  ".exe": "a program",
};

/** What runs no file that it is given. */
const packageRunners = /^(?:npm|npx|pnpm|pnpx|yarn|bun|bunx)$/;

/** Understands what pm2 would start, without running anything. */
export async function understandPm2Command(command: Pm2Command): Promise<Pm2Program> {
  const { script, args, interpreter, nodeArgs, cwd, environment } = command;
  const place = { folder: cwd, environment };
  const program = programOfFile(script);
  if (program !== undefined && runsAnother.test(program)) {
    return programOf(await understandCommand([program, ...args], place), command, []);
  }
  if (script.includes(" ") && !(await isFile(resolve(cwd, script)))) {
    const [first = ""] = script.split(" ");
    // pm2 gives it to bash, and no arguments with it.
    const notes = args.length === 0 ? [] : ["args are not used: pm2 takes none where script is a command line"];
    // A file at its beginning is no program of bash, so that pm2 would run nothing.
    const isScript = /\.[cm]?[jt]s$/.test(first) && (await isFile(resolve(cwd, first)));
    const line = isScript ? `node ${script}` : script;
    return programOf(await understandCommandLine(line, place), { ...command, args: [] }, notes);
  }
  if (interpreter !== undefined && interpreter !== "none" && !/^(?:.*[\\/])?node(?:\.exe)?$/.test(interpreter)) {
    return otherInterpreter(interpreter, command);
  }
  const node = interpreter !== undefined && isAbsolute(interpreter) ? { node: interpreter } : {};
  const path = resolve(cwd, script);
  // Node.js runs a folder by its package.json, or its index.
  const isThere = (await isFile(path)) || (await isFolder(path));
  const isBin = /(?:^|[\\/])\.bin[\\/]/.test(script);
  const foreign = otherInterpreters[extname(script)];
  if (foreign !== undefined) {
    return none(`${script} is ${foreign}, and Hitless runs programs of Node.js only`);
  }
  const shebang = isThere && extname(script) === "" ? await firstLine(path) : "";
  if (shebang.startsWith("#!") && !/\bnode\b/.test(shebang)) {
    return none(`${script} runs on ${shebang.slice(2).trim()}, and Hitless runs programs of Node.js only`);
  }
  if (interpreter === "none" && !isThere && !isBin && /[\\/]/.test(script) && !/\.[cm]?[jt]s$/.test(script)) {
    return none(
      `${script} is a program of its own (interpreter none) and does not exist, so nobody can tell whether it runs on Node.js`,
    );
  }
  if (script === "serve" && !isThere && environment.PM2_SERVE_PATH !== undefined) {
    return none("serve is pm2's own file server; let an app or nginx serve the folder");
  }
  // What is neither there nor looks like a file is a program of the PATH.
  if (isBin || (!isThere && !/[\\/]|\.[cm]?[jt]s$/.test(script))) {
    return programOf(await understandCommand([script, ...args], place), command, []);
  }
  return { kind: "file", entry: script, cwd, args, nodeArgs, env: {}, envFiles: [], ...node, notes: [] };
}

async function otherInterpreter(interpreter: string, command: Pm2Command): Promise<Pm2Program> {
  const { script, args, nodeArgs, cwd, environment } = command;
  const [name = "", version] = programName(interpreter).split("@");
  if (name === "node" && version !== undefined) {
    const program = await understandPm2Command({ ...command, interpreter: undefined });
    const note = `interpreter ${interpreter} is not used: put ${version} into a file .nvmrc, or its path into node`;
    return program.kind === "none" ? program : { ...program, notes: [...program.notes, note] };
  }
  if (runsAnother.test(name) && !packageRunners.test(name)) {
    const words = [name, ...nodeArgs, script, ...args];
    return programOf(await understandCommand(words, { folder: cwd, environment }), { ...command, nodeArgs: [] }, []);
  }
  const fix = name === "bun" || name === "deno" ? "; if the app runs on Node.js as well, take interpreter out" : "";
  return none(`the interpreter ${interpreter} is not Node.js, which is all that Hitless runs${fix}`);
}

async function programOf(
  { targets, reasons }: UnderstoodScript,
  { script, args, nodeArgs, cwd }: Pm2Command,
  more: readonly string[],
): Promise<Pm2Program> {
  const [target] = targets;
  const written = [script, ...args].join(" ");
  if (target !== undefined) {
    const { file, ...run } = target;
    return {
      kind: "file",
      entry: file,
      ...run,
      nodeArgs: [...nodeArgs, ...run.nodeArgs],
      notes: [...more, ...run.notes.map(noteText)],
    };
  }
  const [reason] = reasons;
  const there = (await isFolder(cwd)) ? cwd : undefined;
  const why =
    there === undefined
      ? `the folder ${cwd} does not exist`
      : reason === undefined
        ? "it runs no program of Node.js"
        : `${reasonText(reason)} (in ${there})`;
  // What is to be built or installed yet is found when it is started.
  const later = reason !== undefined && /^(?:notBuilt|notInstalled)$/.test(reason.kind);
  if (later && isStartScript(script, args)) {
    const notes = [...more, `${written} can't be followed yet: ${why}`];
    return { kind: "file", cwd, args: [], nodeArgs, env: {}, envFiles: [], notes };
  }
  return none(`${written} can't be started: ${why}`);
}

/** Whether a command does no more than what Hitless does where no entry is named. */
export function isStartScript(script: string, args: readonly string[]): boolean {
  return /^(?:npm|pnpm|yarn)(?: run)? start$/.test([programName(script), ...args].join(" "));
}

async function firstLine(file: string): Promise<string> {
  const text = await readTextFile(file).catch(() => "");
  return (text ?? "").slice(0, 300).split("\n", 1)[0] ?? "";
}

function none(reason: string): Pm2Program {
  return { kind: "none", reason };
}
