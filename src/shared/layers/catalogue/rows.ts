import type { CatalogueEntry, Mechanism } from "../entry.ts";
import type { Dependency } from "../layer.ts";
import { type Operation, operations } from "./operations.ts";

type Common = readonly [module: string, binding: string, dependency: Dependency, mechanism: Mechanism];

interface Also extends Pick<CatalogueEntry, "since" | "callbackOptional" | "besides"> {
  /** File in Node's `src` folder, if not the binding's usual one. */
  readonly source?: string;
  /** Operations of every row, before those that a row names. */
  readonly operations?: readonly Operation[];
  /** Documentation page, if not the module's. */
  readonly page?: string;
}

/**
 * The anchor of the function on its documentation page: the part after the function's name, such as `path-options` for
 * `fs.statSync(path[, options])`; or the whole anchor, after `#`. Null where it is not known for certain: the link then
 * leads to the page.
 */
type Anchor = string | null;

/**
 * A function; a `#` stands for `.prototype.` in its name. One that has no anchor and needs no operation is a name alone.
 */
export type Row = string | FullRow;

export type FullRow = readonly [name: string, anchor: Anchor, ...operations: Operation[]];

export function entriesOf(common: Common, rows: readonly Row[], also: Also = {}): CatalogueEntry[] {
  const [module, binding, dependency, mechanism] = common;
  const { source = sources[binding] ?? `${binding}.cc`, page = pageOf(module), operations: all = [], ...rest } = also;
  return rows.map((row) => {
    const [written, anchor, ...own] = typeof row === "string" ? ([row, null] as const) : row;
    const name = inFull(written);
    const needed = [...all, ...own];
    return {
      module,
      name,
      binding,
      source: `src/${source}`,
      dependency,
      mechanism,
      thread: threadOf(mechanism),
      calls: callsOn(needed),
      docs: docsLink({ page, module, name, anchor }),
      ...rest,
    };
  });
}

/** The name of a function with `#` for `.prototype.`. */
export function inFull(name: string): string {
  return name.replace("#", ".prototype.");
}

/** Source files of the bindings that have no file of their own name. */
const sources: Readonly<Record<string, string>> = {
  fs: "node_file.cc",
  fs_dir: "node_dir.cc",
  blob: "node_blob.cc",
  block_list: "node_sockaddr.cc",
  locks: "node_locks.cc",
  sea: "node_sea.cc",
  trace_events: "node_trace_events.cc",
  wasi: "node_wasi.cc",
  watchdog: "node_watchdog.cc",
  http_parser: "node_http_parser.cc",
  http2: "node_http2.cc",
  tls_wrap: "crypto/crypto_tls.cc",
  crypto: "crypto/crypto_context.cc",
  zlib: "node_zlib.cc",
  worker: "node_worker.cc",
  messaging: "node_messaging.cc",
  process_methods: "node_process_methods.cc",
  credentials: "node_credentials.cc",
  task_queue: "node_task_queue.cc",
  report: "node_report_module.cc",
  errors: "node_errors.cc",
  os: "node_os.cc",
  performance: "node_perf.cc",
  icu: "node_i18n.cc",
  contextify: "node_contextify.cc",
  v8: "node_v8.cc",
  serdes: "node_serdes.cc",
  profiler: "inspector_profiler.cc",
  mksnapshot: "node_snapshotable.cc",
  inspector: "inspector_js_api.cc",
  modules: "node_modules.cc",
  url: "node_url.cc",
  url_pattern: "node_url_pattern.cc",
  buffer: "node_buffer.cc",
  sqlite: "node_sqlite.cc",
  util: "node_util.cc",
  types: "node_types.cc",
};

function pageOf(module: string): string {
  return module.replace(/\/.*/, "");
}

export function threadOf(mechanism: Mechanism): CatalogueEntry["thread"] {
  switch (mechanism) {
    case "threadPool":
      return "pool";
    case "process":
    case "thread":
    case "otherThread":
      return "own";
    case "synchronous":
    case "processSync":
    case "eventLoop":
    case "timer":
    case "microtask":
      return "main";
  }
}

/** The system calls of operations, by system. */
export function callsOn(needed: readonly Operation[]): CatalogueEntry["calls"] {
  return { linux: callsOf(needed, 0), macos: callsOf(needed, 1), windows: callsOf(needed, 2) };
}

function callsOf(needed: readonly Operation[], system: 0 | 1 | 2): string[] {
  const calls = needed.flatMap((operation) => operations[operation][system].split(" "));
  return [...new Set(calls)].filter((call) => call !== "");
}

interface DocsPlace {
  readonly page: string;
  readonly module: string;
  readonly name: string;
  readonly anchor: Anchor;
}

function docsLink({ page, module, name, anchor }: DocsPlace): string {
  const url = `https://nodejs.org/api/${page}.html`;
  if (anchor === null) {
    return url;
  }
  return `${url}#${anchor.startsWith("#") ? anchor.slice(1) : slugOf(module, name) + anchor}`;
}

/**
 * The anchors on nodejs.org are headings in lower case without punctuation. The headings write `fsPromises.readFile(…)`
 * for a function, `hash.update(…)` for a method and nothing before a global.
 */
function slugOf(module: string, name: string): string {
  const isMethod = name.includes(".prototype.");
  const before = isMethod || module === "globals" ? "" : module.replace("/", "");
  return (before + name.replace(".prototype", "").replaceAll(".", "")).toLowerCase();
}
