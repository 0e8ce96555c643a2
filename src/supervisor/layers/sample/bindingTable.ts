import type { ProfileFrame } from "../../../shared/layers/collected.ts";
import type { Dependency } from "../../../shared/layers/layer.ts";

/** An internal binding of Node.js and the dependency behind it. */
export interface Binding {
  readonly name: string;
  readonly dependency: Dependency;
  /** Whether it differs from the dependency behind most of the binding. */
  readonly isOther?: boolean;
}

const binding = (name: string, dependency: Dependency): Binding => ({ name, dependency });
const other = (name: string, dependency: Dependency): Binding => ({ name, dependency, isOther: true });

export const fs = binding("fs", "os");
const crypto = binding("crypto", "openssl");
export const buffer = binding("buffer", "node");
const stringDecoder = binding("string_decoder", "node");
const contextify = binding("contextify", "v8");
const stream = binding("stream_wrap", "uv");
const timers = binding("timers", "uv");
export const messaging = binding("messaging", "v8");
const os = binding("os", "os");
const processMethods = binding("process_methods", "os");
export const spawnSync = binding("spawn_sync", "uv");
const url = binding("url", "ada");
const encoding = binding("encoding_binding", "simdutf");
const serdes = binding("serdes", "v8");
const util = binding("util", "v8");
const ares = binding("cares_wrap", "ares");
/** V8's jobs of promises, which Node.js has it run. */
export const taskQueue = binding("task_queue", "v8");
const loader = binding("modules", "node");

/** Brotli and Zstandard are called through zlib's binding. */
export const variantsOfZlib: readonly Binding[] = [other("zlib", "brotli"), other("zlib", "zstd")];

export const sqlite = binding("sqlite", "sqlite");

/** Native methods of `node:sqlite`, which any code may call. */
export const sqliteNatives: ReadonlySet<string> = new Set([
  "DatabaseSync",
  "aggregate",
  "all",
  "applyChangeset",
  "backup",
  "changeset",
  "clear",
  "close",
  "columns",
  "createSession",
  "createTagStore",
  "deserialize",
  "exec",
  "function",
  "get",
  "iterate",
  "loadExtension",
  "next",
  "open",
  "patchset",
  "prepare",
  "return",
  "run",
  "serialize",
]);

/** The WebAssembly that comes with Node.js, by the JavaScript that calls it. */
export const bindingsByWasm: readonly (readonly [url: RegExp, binding: Binding])[] = [
  [/^node:internal\/deps\/undici\//, binding("undici", "llhttp")],
  [/^node:internal\/deps\/cjs-module-lexer\//, binding("cjs_lexer", "cjs_module_lexer")],
  [/^node:internal\/deps\/amaro\//, binding("amaro", "amaro")],
];

/**
 * The binding of a native function, by the JavaScript of Node.js that calls it: the profiler names the native function,
 * but not its origin. The first pattern that matches the file without `node:` counts.
 */
export const bindingsByFile: readonly (readonly [file: RegExp, binding: Binding])[] = [
  [/^(internal\/)?zlib/, binding("zlib", "zlib")],
  [/^internal\/crypto\/|^crypto$/, crypto],
  [/^_tls_|^tls$|^internal\/tls\//, binding("tls_wrap", "openssl")],
  [/^fs$|^fs\/promises$|^internal\/fs\//, fs],
  [/^buffer$|^internal\/buffer$/, buffer],
  [/^string_decoder$/, stringDecoder],
  [/^internal\/url$|^url$|^internal\/idna$/, url],
  [/^internal\/encoding/, encoding],
  [/^vm$|^internal\/vm/, contextify],
  [/^v8$|^internal\/v8\//, serdes],
  [/^internal\/child_process|^child_process$/, binding("process_wrap", "uv")],
  [/^_http_|^http$|^internal\/http$/, binding("http_parser", "llhttp")],
  [/^internal\/http2\/|^http2$/, binding("http2", "nghttp2")],
  [/^net$|^internal\/stream_base_commons$|^internal\/net$/, stream],
  [/^dgram$|^internal\/dgram$/, binding("udp_wrap", "uv")],
  [/^dns$|^dns\/promises$|^internal\/dns\//, ares],
  [/^timers$|^timers\/promises$|^internal\/timers$/, timers],
  [/^internal\/process\/task_queues$/, taskQueue],
  [/^internal\/process\//, processMethods],
  [/^os$/, os],
  [/^internal\/worker|^worker_threads$|structured_clone|js_transferable/, messaging],
  [/^internal\/modules\/|^internal\/bootstrap\/|^module$/, loader],
  [/^internal\/perf|^perf_hooks$/, binding("performance", "node")],
  [/^internal\/async_hooks$|^async_hooks$|^diagnostics_channel$/, binding("async_wrap", "node")],
  [/^sqlite$/, sqlite],
  [/^internal\/blob$/, binding("blob", "node")],
  [/^internal\/histogram$/, binding("performance", "node")],
  [/^internal\/heap_utils$/, binding("heap_utils", "v8")],
  [/^internal\/js_stream_socket$/, binding("js_stream", "node")],
  [/^internal\/webstorage$/, binding("webstorage", "sqlite")],
  [/^internal\/locks$/, binding("locks", "node")],
  [/^internal\/deps\/cjs-module-lexer\//, binding("cjs_lexer", "cjs_module_lexer")],
  [/^internal\/util|^util$/, util],
  [/^internal\/(streams|webstreams)\//, stream],
  [/^tty$|^internal\/tty$/, binding("tty_wrap", "uv")],
  [/^wasi$/, binding("wasi", "node")],
  [/^inspector|^internal\/inspector/, binding("inspector", "v8")],
];

/** Native functions that are identified by their name alone, whatever calls them. */
export const bindingsByNative: Readonly<Record<string, Binding>> = {
  hrtime: processMethods,
  hrtimeBigInt: processMethods,
  memoryUsage: processMethods,
  rss: processMethods,
  cpuUsage: processMethods,
  safeGetenv: binding("credentials", "os"),
  spawn: binding("process_wrap", "uv"),
  writev: stream,
  writeBuffer: stream,
  writeUtf8String: stream,
  writeLatin1String: stream,
  writeAsciiString: stream,
  readStart: stream,
  readStop: stream,
  // Not c-ares, which is behind the binding's other functions.
  getaddrinfo: other("cares_wrap", "uv"),
  compileFunction: contextify,
  compileFunctionForCJSLoader: contextify,
  internalModuleStat: fs,
  internalReadFileString: fs,
  legacyMainResolve: fs,
  structuredClone: messaging,
  postMessage: messaging,
  timingSafeEqual: crypto,
  runMicrotasks: taskQueue,
};

/**
 * Native functions that do their work by V8's own means, so that hardly any of it is seen in themselves: V8 shows their
 * caller on top, at the line of the call.
 */
export const nativesThroughV8: ReadonlySet<string> = new Set(["structuredClone", "postMessage"]);

/** Native methods of Buffers, which any code may call. */
export const nativeOfBuffer =
  /^(ascii|base64|base64url|hex|latin1|ucs2|utf8)(Slice|Write|WriteStatic)$|^(byteLengthUtf8|compareOffset|indexOfString|indexOfBuffer|indexOfNumber|swap16|swap32|swap64)$/;

/**
 * JavaScript of Node.js that does its work in a native function which V8 calls without a frame, so that the profiler
 * does not show it; its own time is the binding's.
 */
const bindingsByFunction: readonly (readonly [file: RegExp, names: RegExp, binding: Binding])[] = [
  [/^internal\/child_process$/, /^spawnSync$/, spawnSync],
  [/^child_process$/, /^(spawnSync|execFileSync|execSync)$/, spawnSync],
  [/^vm$/, /^(createContext|runIn\w+|compileFunction|Script)$/, contextify],
  [/^v8$/, /^(de)?serialize$/, serdes],
  [/js_transferable|structured_clone/, /^structuredClone$/, messaging],
  [/^internal\/worker/, /^(postMessage|receiveMessageOnPort)$/, messaging],
  [/^internal\/encoding$/, /^#?(decode|encode|encodeInto)$/, encoding],
  [/^string_decoder$/, /^(write|end|text)$/, stringDecoder],
  [/^internal\/url$/, /^(URL|parse|canParse)$/, url],
  [
    /^buffer$/,
    /^(slice|toString|write|concat|_copyActual|fromStringFast|createFromString|byteLength|fill|_fill|compare|equals|indexOf|lastIndexOf|includes|bidirectionalIndexOf|copy|copyImpl|swap(16|32|64))$/,
    buffer,
  ],
  [/^internal\/buffer$/, /^(createUnsafeBuffer|\w+Slice|\w+Write)$/, buffer],
  [/^fs$|^internal\/fs\//, /^\w+Sync$/, fs],
  [
    /^internal\/crypto\//,
    /^(\w+Sync|update|digest|final|hash|random(UUID|Bytes|Int)|getRandomValues|sign|verify|computeSecret|(public|private)(En|De)crypt)$/,
    crypto,
  ],
  [/^zlib$/, /^(processChunkSync|zlibBufferSync|syncBufferWrapper|crc32)$/, binding("zlib", "zlib")],
];

/** The binding that a function of Node.js does its work in without a frame; `undefined` for none. */
export function bindingOfFunction({ url, name }: ProfileFrame): Binding | undefined {
  if (!url.startsWith("node:")) {
    return undefined;
  }
  const file = url.slice("node:".length);
  return bindingsByFunction.find(([files, names]) => files.test(file) && names.test(name))?.[2];
}

/** Whether a function of Node.js makes, fills or copies Buffers. */
export function isOfBuffers({ url }: ProfileFrame): boolean {
  return url === "node:buffer" || url === "node:internal/buffer";
}
