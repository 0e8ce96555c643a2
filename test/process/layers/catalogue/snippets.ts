import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readTrace, type Window } from "./trace.ts";

/** Which file of `snippets/` holds those of which modules. */
const files: Readonly<Record<string, readonly string[]>> = {
  crypto: ["crypto"],
  dgram: ["dgram"],
  dns: ["dns", "dns/promises"],
  engine: ["vm", "v8", "inspector", "url", "buffer", "string_decoder", "tty", "sqlite", "module", "util"],
  fs: ["fs", "fs/promises"],
  http: ["http", "https", "http2"],
  net: ["net"],
  processes: ["child_process", "cluster", "worker_threads", "process", "os"],
  scheduling: ["timers", "timers/promises", "stream", "stream/promises", "perf_hooks", "async_hooks", "globals"],
  tls: ["tls"],
  zlib: ["zlib"],
};

/** What was seen of one snippet. */
interface Seen {
  readonly name: string;
  /** Why it failed. */
  readonly error?: string;
  /** Internal bindings that the process had loaded when it was done. */
  readonly bindings: readonly string[];
}

export interface ModuleRun {
  readonly module: string;
  readonly snippets: readonly Seen[];
  /** What the trace shows of each snippet, by its name. */
  readonly windows: ReadonlyMap<string, Window>;
}

/** A module's snippets take about a second; a machine that is busy may need many. */
const deadlineMs = 60_000;
const atOnce = 2;

/** Runs every snippet under `strace`, each module in a fresh process. */
export async function runAllSnippets(strace: string): Promise<readonly ModuleRun[]> {
  const left = Object.entries(files).flatMap(([file, modules]) => modules.map((module) => ({ file, module })));
  const runs: ModuleRun[] = [];
  const work = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      runs.push(await runModule(strace, next.file, next.module));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return runs;
}

/** What every Node.js does all the time and no entry names: it would only make the trace long. */
const unwatched =
  "futex,mprotect,madvise,rt_sigprocmask,rt_sigaction,rseq,set_robust_list,clock_gettime,getpid,mmap,munmap";

async function runModule(strace: string, file: string, module: string): Promise<ModuleRun> {
  const folder = mkdtempSync(join(tmpdir(), "hitless-trace-"));
  try {
    const [trace, results] = [join(folder, "trace"), join(folder, "results.json")];
    const tracee = fileURLToPath(new URL("tracee.mjs", import.meta.url));
    const tracing = ["-f", "--seccomp-bpf", "-qq", "-o", trace, "-e", `trace=!${unwatched}`];
    const output = await runProgram(strace, [
      ...tracing,
      process.execPath,
      "--no-warnings",
      tracee,
      file,
      module,
      results,
    ]);
    try {
      return {
        module,
        snippets: JSON.parse(readFileSync(results, "utf8")),
        windows: readTrace(readFileSync(trace, "utf8")),
      };
    } catch (error) {
      throw new Error(`The snippets of ${module} did not end well under strace: ${String(error)}\n${output}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Resolves with what it wrote to stderr, however it ended. */
function runProgram(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    // With io_uring, files would be read without a system call for each.
    const env = { ...process.env, UV_USE_IO_URING: "0", NODE_OPTIONS: "" };
    // Its own group: strace and what it traces are ended together.
    const child = spawn(program, [...args], { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const timer = setTimeout(() => {
      process.kill(-(child.pid ?? 0), "SIGKILL");
      reject(new Error(`${[program, ...args].join(" ")} took more than ${deadlineMs} ms\n${output}`));
    }, deadlineMs);
    let output = "";
    // A pipe, as of a worker: what is written to it goes through another binding than what is written to a file.
    child.stdout.resume();
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-4096);
    });
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve(`${output}(${signal ?? `code ${code}`})`);
    });
  });
}
