import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { catalogue } from "../../../../src/shared/layers/catalogue.ts";
import type { CallForm, CatalogueEntry, FormName } from "../../../../src/shared/layers/entry.ts";
import { readTrace, type Window } from "./trace.ts";

/** Which file of `snippets/` holds those of which modules. */
const files: Readonly<Record<string, readonly string[]>> = {
  crypto: ["crypto"],
  dgram: ["dgram"],
  dns: ["dns", "dns/promises"],
  engine: ["vm", "v8", "inspector", "url", "buffer", "string_decoder", "tty", "module", "util"],
  fs: ["fs", "fs/promises"],
  http: ["http", "https"],
  http2: ["http2"],
  net: ["net"],
  processes: ["child_process", "cluster", "worker_threads", "process", "os"],
  programs: ["sea", "sqlite", "trace_events", "wasi"],
  scheduling: [
    "timers",
    "timers/promises",
    "stream",
    "stream/promises",
    "perf_hooks",
    "async_hooks",
    "console",
    "globals",
  ],
  tls: ["tls"],
  zlib: ["zlib"],
};

/** The forms that calls have in a version of Node.js. */
export function formsIn({ forms = [] }: CatalogueEntry, major: number): readonly CallForm[] {
  return forms.filter(({ since = 0, before = Number.POSITIVE_INFINITY }) => since <= major && major < before);
}

/** What calls of such a version do in place of all that the entry says. */
const replacing: readonly FormName[] = [
  "fromMemory",
  "hooks",
  "inJavaScript",
  "inOne",
  "noCallback",
  "readsOn",
  "together",
];

/** Whether the entry does not say what calls of that version do, but one of its forms. */
export function isReplaced(entry: CatalogueEntry, major: number): boolean {
  return formsIn(entry, major).some(({ form }) => replacing.includes(form));
}

/** Such as 24 of `v24.21.0`. */
export function majorOf(version: string): number {
  return Number(/\d+/.exec(version)?.[0]);
}

/** How a call went. */
export interface Outcome {
  /** When it was done: on return, after the microtasks, or after a turn of the event loop; absent when a child ran it. */
  readonly done?: "returned" | "drained" | "turned" | undefined;
  /** Whether it left a timer behind. */
  readonly startsTimer?: boolean;
}

/** What was seen of one snippet. */
export interface Seen extends Outcome {
  readonly name: string;
  /** Why it failed. */
  readonly error?: string;
  /** The same where a thread of the pool has something to do for it. */
  readonly pooled?: Outcome;
  /** The same without a callback. */
  readonly direct?: Outcome;
  /** The same in its other forms, by their names. */
  readonly forms?: Readonly<Record<string, Outcome>>;
}

export interface ModuleRun {
  readonly module: string;
  readonly snippets: readonly Seen[];
  /** What the trace shows of each snippet, by its name. */
  readonly windows: ReadonlyMap<string, Window>;
}

/** A module's snippets take about a second; a machine that is busy may need many. */
const deadlineMs = 120_000;
const atOnce = 2;

/** Whose functions are traced. */
export interface TracedNode {
  readonly program: string;
  readonly major: number;
}

/** The one that runs the tests. */
export const ownNode: TracedNode = { program: process.execPath, major: majorOf(process.version) };

/** Runs the snippets of all wanted modules under `strace`, each module in a fresh process. */
export async function runAllSnippets(
  strace: string,
  isWanted: (module: string) => boolean = () => true,
  node: TracedNode = ownNode,
): Promise<readonly ModuleRun[]> {
  const left = Object.entries(files).flatMap(([file, modules]) =>
    modules.filter(isWanted).map((module) => ({ file, module })),
  );
  const runs: ModuleRun[] = [];
  const work = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      runs.push(await runModule(strace, node, next.file, next.module));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return runs;
}

/** What every Node.js does all the time and no entry names: it would only make the trace long. */
const unwatched =
  "futex,mprotect,madvise,rt_sigprocmask,rt_sigaction,rseq,set_robust_list,clock_gettime,getpid,mmap,munmap";

async function runModule(
  strace: string,
  { program, major }: TracedNode,
  file: string,
  module: string,
): Promise<ModuleRun> {
  const folder = mkdtempSync(join(tmpdir(), "hitless-trace-"));
  try {
    const [trace, results] = [join(folder, "trace"), join(folder, "results.json")];
    const tracee = fileURLToPath(new URL("tracee.mjs", import.meta.url));
    const tracing = ["-f", "--seccomp-bpf", "-qq", "-o", trace, "-e", `trace=!${unwatched}`];
    const output = await runProgram(strace, [
      ...tracing,
      program,
      "--no-warnings",
      "--expose-internals",
      tracee,
      file,
      module,
      bindingsOf(module),
      JSON.stringify(otherSnippets(module, major)),
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
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The bindings that each entry of a module and its forms name, as JSON. */
function bindingsOf(module: string): string {
  const entries = catalogue.filter((entry) => entry.module === module);
  return JSON.stringify(
    Object.fromEntries(
      entries.flatMap(({ name, binding, forms = [] }) => [
        [name, binding],
        ...forms.flatMap((form) =>
          typeof form.binding !== "string" ? [] : [[`${name} (${form.form})`, form.binding]],
        ),
      ]),
    ),
  );
}

/** The snippets of a module that tell nothing of this version: of forms that it does not have, or has in their place. */
function otherSnippets(module: string, major: number): readonly string[] {
  return catalogue
    .filter((entry) => entry.module === module)
    .flatMap((entry) => {
      const listed = formsIn(entry, major);
      const others = (entry.forms ?? []).filter((form) => !listed.includes(form));
      return [
        ...(isReplaced(entry, major) ? [entry.name] : []),
        ...others.map(({ form }) => `${entry.name} (${form})`),
      ];
    });
}

/** For the system's look-ups of names, where no name server answers. */
const waitLittle = "timeout:1 attempts:1";

/** Resolves with what it wrote to stderr, however it ended. */
function runProgram(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    // With io_uring, files would be read without a system call for each.
    const env: NodeJS.ProcessEnv = { ...process.env, UV_USE_IO_URING: "0", NODE_OPTIONS: "", RES_OPTIONS: waitLittle };
    // Node.js would read them on a thread of their own as soon as something loads its TLS.
    delete env.NODE_EXTRA_CA_CERTS;
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
