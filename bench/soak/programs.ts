import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundlesFolder } from "../../test/support/process/bundles.ts";
import { within } from "../../test/support/process/until.ts";

const openDeadlineMs = 60_000;

/** Writes a supervisor whose inspector is open on a port of loopback; only the soak runs it. */
export function inspectedSupervisor(folder: string): string {
  const file = join(folder, "inspectedSupervisor.cjs");
  writeFileSync(
    file,
    `const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
const inspector = require("node:inspector");
inspector.open(0, "127.0.0.1");
writeFileSync(join(__dirname, process.pid + ".inspector"), inspector.url());
// By it the bundles beside it are found.
process.argv[1] = ${JSON.stringify(join(bundlesFolder, "supervisor.cjs"))};
require(process.argv[1]);
`,
  );
  return file;
}

/** Where a supervisor that was started so is looked into. */
export function inspectorOf(folder: string, pid: number): string {
  return readFileSync(join(folder, `${pid}.inspector`), "utf8");
}

/** A process beside the app whose memory is watched. */
export interface Companion {
  readonly name: string;
  readonly pid: number;
  readonly inspector: string;
  /** Bytes that it has written to stdout. */
  readonly written: number;
  /** How it has ended, if it has. */
  readonly ended: string | undefined;
  end(): Promise<void>;
}

/** `hitless logs NAME --follow`. */
export function followLogs(app: string, runtimeFolder: string): Promise<Companion> {
  return start("hitless logs --follow", [join(bundlesFolder, "cli.cjs"), "logs", app, "--follow"], runtimeFolder);
}

/** A client of the control channel that only listens. */
export function startBystander(runtimeFolder: string): Promise<Companion> {
  const file = fileURLToPath(new URL("bystander.ts", import.meta.url));
  return start("a client that stays connected", [file, runtimeFolder], runtimeFolder);
}

async function start(name: string, args: readonly string[], runtimeFolder: string): Promise<Companion> {
  const child = spawn(process.execPath, ["--inspect=127.0.0.1:0", ...args], {
    env: { ...process.env, HITLESS_RUNTIME_DIR: runtimeFolder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let written = 0;
  let ended: string | undefined;
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => {
    written += bytes.length;
  });
  const exited = new Promise<void>((resolve) =>
    child.once("exit", (code, signal) => {
      ended = `${signal ?? `exit code ${code}`}: ${said.slice(-1_000)}`;
      resolve();
    }),
  );
  const inspector = await within(
    `the inspector of ${name}`,
    new Promise<string>((resolve, reject) => {
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said = (said + text).slice(-4_000);
        const [, url] = /Debugger listening on (ws:\S+)/.exec(said) ?? [];
        if (url !== undefined) {
          resolve(url);
        }
      });
      void exited.then(() => reject(new Error(`${name} ended: ${ended}`)));
    }),
    openDeadlineMs,
  );
  return {
    name,
    pid: child.pid ?? 0,
    inspector,
    get written() {
      return written;
    },
    get ended() {
      return ended;
    },
    end: () => end(child, exited),
  };
}

async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill("SIGTERM");
  await within("a companion ends", exited, 10_000).catch(() => child.kill("SIGKILL"));
  await exited;
}
