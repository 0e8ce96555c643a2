import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { patience, wineVersion } from "../../support/process/notHere/wine.ts";
import { removeFolder } from "../../support/process/stage.ts";

/** The bundles under test; another folder for those of a package. */
const dist = process.env.HITLESS_DIST ?? fileURLToPath(new URL("../../../dist", import.meta.url));

export const cliFile = join(dist, "cli.cjs");

/** The Node.js that runs the command line, and with it (by the PATH) the apps. */
export const node = process.env.HITLESS_TEST_NODE ?? process.execPath;

const deadlineMs = 40_000 * patience;

export interface CliResult {
  readonly code: number | null;
  /** What ended it, if it did not end by itself. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line that runs. */
export interface CliRun {
  readonly child: ChildProcess;
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<CliResult>;
  /** Resolves as soon as the pattern is found in what the stream has said so far. */
  until(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray>;
}

export interface CliOptions {
  /** Default: the world's folder. */
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Where its stdout goes; default: a pipe that the test reads. */
  readonly stdout?: number;
  /** A program and its first words; default: Node.js and the command line under test. */
  readonly command?: readonly [string, ...string[]];
}

/** One test's own world: a folder for apps, and a runtime folder in which nobody else's supervisors are. */
export interface CliWorld {
  readonly folder: string;
  write(files: Readonly<Record<string, string>>): void;
  /** Where its supervisors leave their files. */
  readonly runtime: string;
  start(words: readonly string[], options?: CliOptions): CliRun;
  run(words: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Ends whatever is left and removes the folders. */
  end(): Promise<void>;
}

export function openCliWorld(): CliWorld {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "hitless-cli-")));
  const runtime = mkdtempSync(join(tmpdir(), "hl-"));
  const runs: CliRun[] = [];
  const world: CliWorld = {
    folder,
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
    },
    runtime,
    start(
      words,
      {
        cwd = folder,
        env = {},
        stdout = "pipe",
        command = [node, cliFile],
      }: Omit<CliOptions, "stdout"> & { stdout?: "pipe" | number } = {},
    ) {
      const [program, ...first] = command;
      const PATH = [dirname(node), process.env.PATH].join(delimiter);
      const child = spawn(program, [...first, ...words], {
        cwd,
        env: { ...process.env, PATH, HITLESS_RUNTIME_DIR: runtime, ...env },
        stdio: ["ignore", stdout, "pipe"],
      });
      const run = watchRun(child);
      runs.push(run);
      return run;
    },
    run: (words, options) => world.start(words, options).ended,
    async end() {
      for (const { child } of runs) {
        child.kill("SIGKILL");
      }
      await Promise.all(runs.map(({ ended }) => ended));
      for (const pid of supervisorsIn(runtime)) {
        endSupervisor(pid);
      }
      await removeFolder(folder);
      await removeFolder(runtime);
    },
  };
  return world;
}

function watchRun(child: ChildProcess): CliRun {
  const said = { stdout: "", stderr: "" };
  const waiters = new Set<() => void>();
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
      for (const check of waiters) {
        check();
      }
    });
  }
  let closed = false;
  const ended = new Promise<CliResult>((resolve) => {
    child.once("close", (code, signal) => {
      closed = true;
      for (const check of waiters) {
        check();
      }
      resolve({ code, signal, stdout: said.stdout, stderr: withoutNotesOfWaiting(said.stderr) });
    });
  });
  return {
    child,
    ended,
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
    until: (stream, pattern) =>
      new Promise((resolve, reject) => {
        const settle = (done: () => void) => {
          clearTimeout(timer);
          waiters.delete(check);
          done();
        };
        const fail = (why: string) =>
          settle(() => reject(new Error(`${why} ${pattern}\n--- stdout\n${said.stdout}\n--- stderr\n${said.stderr}`)));
        const timer = setTimeout(() => fail(`Within ${deadlineMs} ms it did not say`), deadlineMs);
        const check = () => {
          const match = pattern.exec(said[stream]);
          if (match !== null) {
            settle(() => resolve(match));
          } else if (closed) {
            fail("It ended without saying");
          }
        };
        waiters.add(check);
        check();
      }),
  };
}

/** What takes more than a second is told where no terminal is, which by Wine is much. */
function withoutNotesOfWaiting(stderr: string): string {
  return wineVersion === undefined ? stderr : stderr.replace(/^hitless [a-z][^\n]* · \d+\.\d s\n/gm, "");
}

function supervisorsIn(runtime: string): number[] {
  return readdirSync(runtime)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(runtime, name), "utf8")).pid);
}

/** Its workers die with it. */
function endSupervisor(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}

/** Ctrl-C ends it with exit code 0. No process can send that on Windows: there it is killed, and has no code. */
export async function endByCtrlC({ child, ended }: CliRun): Promise<void> {
  child.kill("SIGINT");
  const result = await ended;
  if (process.platform !== "win32") {
    assertCode(result, 0);
  }
}

/** Checks the exit code, and shows everything when it is another. */
export function assertCode(result: CliResult, code: number): void {
  assert.equal(
    result.code,
    code,
    `exit code ${result.code}\n--- stdout\n${result.stdout}\n--- stderr\n${result.stderr}`,
  );
}

export const readyPattern = /^ready (\d+)\/(\d+) · generation (\d+) · (http:\/\/127\.0\.0\.1:\d+) · supervisor (\d+)$/m;

/** A plain server on a free port: `/log?text` prints, `/pid` tells who answers. */
export const plainServer = `
const { createServer } = require("node:http");
createServer((request, response) => {
  const { pathname, search } = new URL(request.url, "http://localhost");
  if (pathname === "/log") {
    console.log(decodeURIComponent(search.slice(1)));
  }
  response.end(String(process.pid));
}).listen(0);
`;

export async function get(url: string): Promise<string> {
  return (await fetch(url, { signal: AbortSignal.timeout(deadlineMs) })).text();
}
