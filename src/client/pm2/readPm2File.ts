import { type ChildProcess, fork } from "node:child_process";
import { basename, dirname, extname, join } from "node:path";
import * as v from "valibot";
import { HitlessError } from "../../shared/errors.ts";
import { cleanEnvironment } from "../node/cleanEnvironment.ts";
import { addPackageCommand } from "../project/packageManager.ts";
import { isFile } from "../project/resolveScript.ts";
import { type Pm2Reading, pm2ReadingSchema } from "./reader/pm2Reading.ts";

/** Milliseconds for a file to say what is in it. */
const defaultDeadlineMs = 15_000;

/** Characters kept of what it prints meanwhile. */
const mostOutput = 4_000;

export interface ReadPm2Options {
  /** Absolute; the folder that pm2 would be called in. */
  readonly folder: string;
  /** The bundle that reads it, `pm2.cjs`. */
  readonly reader: string;
  /** The Node.js program that runs it. */
  readonly node: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly deadlineMs?: number;
}

/** What a pm2 file says. */
export interface Pm2FileContent {
  readonly value: unknown;
  readonly isData: boolean;
  /** The variables that the file has set in its own process, which pm2 passes on to all apps. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The bundle that reads pm2 files, beside that of the supervisor. */
export function pm2ReaderBeside(supervisorFile: string): string {
  return join(dirname(supervisorFile), "pm2.cjs");
}

/** Whether pm2 would take a file of this name for a list of apps. */
export function isPm2FileName(path: string): boolean {
  const name = path.replace(/^.*[\\/]/, "");
  return (
    /\.config\.[cm]?js$|\.ya?ml$/.test(name) ||
    // pm2 would run it as a script, but nobody has that in mind.
    /^(?:ecosystem|pm2)\.(?:[\w-]+\.)*[cm]?ts$/.test(name) ||
    (/\.json$/.test(name) && !ownJson.test(name))
  );
}

const ownJson = /^(?:package|package-lock|npm-shrinkwrap|hitless|tsconfig.*|jsconfig|composer)\.json$/;

/**
 * Reads a pm2 file in a process of its own, since it may be a program: whatever it does, it ends with the reading, at the
 * latest after the deadline. Only for files that the person trusts.
 * @param file Absolute.
 * @throws HitlessError `badConfig` when it does not say what is in it, with the reason; `deadline` when it takes too long.
 */
export async function readPm2File(file: string, options: ReadPm2Options): Promise<Pm2FileContent> {
  if (!(await isFile(file))) {
    throw new HitlessError("badConfig", `${file} does not exist.`);
  }
  const { folder, reader, node, environment, deadlineMs = defaultDeadlineMs } = options;
  const child = fork(reader, [file], {
    cwd: folder,
    execPath: node,
    execArgv: [],
    // What it prints is for a person, and nobody may wait for it.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: cleanEnvironment(environment),
  });
  try {
    const reading = await readingOf(child, file, deadlineMs);
    if (reading.kind === "read") {
      return { value: reading.value, isData: reading.isData, variables: reading.variables };
    }
    throw await failureOf(reading, file, folder);
  } finally {
    child.kill("SIGKILL");
  }
}

function readingOf(child: ChildProcess, file: string, deadlineMs: number): Promise<Pm2Reading> {
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      printed = (printed + text).slice(-mostOutput);
    });
  }
  const detail = () => printed.split("\n").filter((line) => line.trim() !== "");
  return new Promise((resolve, reject) => {
    const fail = (code: "badConfig" | "deadline", problem: string) => {
      clearTimeout(timer);
      reject(new HitlessError(code, `${file} ${problem}.`, { detail: detail() }));
    };
    const timer = setTimeout(
      () => fail("deadline", `did not say within ${deadlineMs} ms what is in it, and was ended`),
      deadlineMs,
    );
    child.once("message", (message) => {
      const parsed = v.safeParse(pm2ReadingSchema, message);
      if (parsed.success) {
        clearTimeout(timer);
        resolve(parsed.output);
      } else {
        fail("badConfig", "sent a message of its own before it said what is in it");
      }
    });
    child.once("error", (error) => fail("badConfig", `can't be read: ${error.message}`));
    child.once("close", (code, signal) =>
      fail("badConfig", `ended its process (${signal ?? `exit code ${code}`}) before it said what is in it`),
    );
  });
}

async function failureOf(
  { message, stack, code }: Pm2Reading & { kind: "failed" },
  file: string,
  folder: string,
): Promise<HitlessError> {
  const [first = message] = message.split("\n");
  const missing = /^Cannot find (?:module|package) '([^'./][^']*)'/.exec(first)?.[1];
  const place = placeIn(stack, file);
  if (code === "ERR_UNKNOWN_FILE_EXTENSION") {
    return new HitlessError(
      "badConfig",
      `${file} can't be read by this Node.js: TypeScript needs 22.18 or newer; else compile it.`,
    );
  }
  const asModule = /^(?:module|require|exports|__dirname|__filename) is not defined in ES module scope/.test(first);
  const fix =
    missing === undefined
      ? asModule
        ? [`Here a .js file is an ES module; call it ${basename(file, extname(file))}.cjs.`]
        : []
      : [`Install what it needs, or run: ${await addPackageCommand(folder, packageOf(missing))}.`];
  const where = place === undefined ? "" : ` (line ${place})`;
  const problem = code === "ERR_REQUIRE_ESM" ? "asks for a module in a way this Node.js has not" : "can't be read";
  return new HitlessError("badConfig", [`${file} ${problem}${where}: ${first}.`, ...fix].join(" "), {
    detail: stack.split("\n").slice(0, 6),
  });
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** The line of the file in a stack: that of a mistake in its syntax stands before it, alone. */
function placeIn(stack: string, file: string): string | undefined {
  const at = stack.indexOf(`${file}:`);
  return at === -1 ? undefined : /^\d+/.exec(stack.slice(at + file.length + 1))?.[0];
}
