/** Globals that are exports of a module, or whole modules: the module and the export's name, empty for the module. */
const exported: Readonly<Record<string, readonly [module: string, name?: string]>> = {
  Buffer: ["buffer", "Buffer"],
  Blob: ["buffer", "Blob"],
  atob: ["buffer", "atob"],
  btoa: ["buffer", "btoa"],
  URL: ["url", "URL"],
  URLSearchParams: ["url", "URLSearchParams"],
  console: ["console"],
  crypto: ["crypto", "webcrypto"],
  performance: ["perf_hooks", "performance"],
  process: ["process"],
};

/** Globals created by Node.js that have effects outside the language. */
const own: ReadonlySet<string> = new Set([
  "AbortController",
  "AbortSignal",
  "BroadcastChannel",
  "CompressionStream",
  "DecompressionStream",
  "EventSource",
  "Headers",
  "FormData",
  "MessageChannel",
  "ReadableStream",
  "Request",
  "Response",
  "TextDecoder",
  "TextEncoder",
  "TransformStream",
  "WebAssembly",
  "WebSocket",
  "WritableStream",
  "clearImmediate",
  "clearInterval",
  "clearTimeout",
  "fetch",
  "localStorage",
  "queueMicrotask",
  "sessionStorage",
  "setImmediate",
  "setInterval",
  "setTimeout",
  "structuredClone",
]);

/** What a global refers to; `globalThis` and `global` refer to the globals themselves. */
export function globalApi(name: string): { readonly module: string; readonly path: readonly string[] } | undefined {
  if (name === "globalThis" || name === "global") {
    return { module: "globals", path: [] };
  }
  const found = Object.hasOwn(exported, name) ? exported[name] : undefined;
  if (found !== undefined) {
    const [module, inside] = found;
    return { module, path: inside === undefined ? [] : [inside] };
  }
  return own.has(name) ? { module: "globals", path: [name] } : undefined;
}
