import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const engineEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["vm", "contextify", "v8", "synchronous"],
    [
      ["Script", "#new-vmscriptcode-options"],
      ["Script.prototype.createCachedData", ""],
      ["Script.prototype.runInContext", "contextifiedobject-options"],
      ["Script.prototype.runInNewContext", "contextobject-options"],
      ["Script.prototype.runInThisContext", "options"],
      ["compileFunction", "code-params-options"],
      ["createContext", "contextobject-options"],
      ["isContext", "object"],
      ["measureMemory", "options"],
      ["runInContext", "code-contextifiedobject-options"],
      ["runInNewContext", "code-contextobject-options"],
      ["runInThisContext", "code-options"],
    ],
  ),
  ...entriesOf(
    ["v8", "v8", "v8", "synchronous"],
    [
      ["GCProfiler.prototype.start", null],
      ["cachedDataVersionTag", ""],
      ["getHeapCodeStatistics", ""],
      ["getHeapSpaceStatistics", ""],
      ["getHeapStatistics", ""],
      ["setFlagsFromString", "flags"],
      ["setHeapSnapshotNearHeapLimit", "limit"],
    ],
  ),
  ...entriesOf(["v8", "v8", "v8", "synchronous"], [["isStringOneByteRepresentation", null]], { since: 22 }),
  ...entriesOf(
    ["v8", "heap_utils", "v8", "synchronous"],
    [
      ["getHeapSnapshot", "options"],
      ["writeHeapSnapshot", "filenameoptions", "open", "write", "close"],
    ],
  ),
  ...entriesOf(["v8", "internal_only_v8", "v8", "synchronous"], [["queryObjects", "ctor-options"]]),
  ...entriesOf(
    ["v8", "serdes", "v8", "synchronous"],
    [
      ["Deserializer.prototype.readValue", ""],
      ["Serializer.prototype.writeValue", "value"],
      ["deserialize", "buffer"],
      ["serialize", "value"],
    ],
  ),
  ...entriesOf(
    ["v8", "profiler", "v8", "synchronous"],
    [
      ["stopCoverage", ""],
      ["takeCoverage", ""],
    ],
  ),
  ...entriesOf(
    ["inspector", "inspector", "v8", "thread"],
    [["open", "port-host-wait", "thread", "socket", "bind", "listen"]],
  ),
  ...entriesOf(["inspector", "process_methods", "node", "synchronous"], [["close", ""]]),
  ...entriesOf(
    ["inspector", "inspector", "v8", "synchronous"],
    [
      ["Session.prototype.connect", ""],
      ["Session.prototype.disconnect", ""],
      ["Session.prototype.post", "method-params"],
      ["url", ""],
    ],
  ),
  ...entriesOf(
    ["module", "modules", "node", "synchronous"],
    [
      ["enableCompileCache", null, "mkdir"],
      ["flushCompileCache", null],
    ],
    { since: 22 },
  ),
  ...entriesOf(["module", "modules", "simdjson", "synchronous"], [["findPackageJSON", null, "stat"]], { since: 22 }),
  ...entriesOf(
    ["v8", "async_wrap", "v8", "synchronous"],
    [
      ["promiseHooks.createHook", null],
      ["promiseHooks.onAfter", null],
      ["promiseHooks.onBefore", null],
      ["promiseHooks.onInit", null],
      ["promiseHooks.onSettled", null],
    ],
  ),
  ...entriesOf(["module", "worker", "v8", "thread"], [["register", "specifier-parenturl-options", "thread"]]),
  ...entriesOf(["module", "errors", "node", "synchronous"], [["setSourceMapsSupport", null]], { since: 22 }),
  ...entriesOf(
    ["v8", "serdes", "v8", "synchronous"],
    [
      ["DefaultDeserializer", null],
      ["DefaultSerializer", null],
      ["Deserializer", null],
      ["Serializer", null],
      ["Serializer.prototype.releaseBuffer", ""],
      ["Serializer.prototype.transferArrayBuffer", "id-arraybuffer"],
      ["Serializer.prototype.writeDouble", "value"],
      ["Serializer.prototype.writeHeader", ""],
      ["Serializer.prototype.writeRawBytes", "buffer"],
      ["Serializer.prototype.writeUint32", "value"],
      ["Serializer.prototype.writeUint64", "hi-lo"],
      ["Deserializer.prototype.getWireFormatVersion", ""],
      ["Deserializer.prototype.readDouble", ""],
      ["Deserializer.prototype.readHeader", ""],
      ["Deserializer.prototype.readRawBytes", "length"],
      ["Deserializer.prototype.readUint32", ""],
      ["Deserializer.prototype.readUint64", ""],
      ["Deserializer.prototype.transferArrayBuffer", "id-arraybuffer"],
    ],
  ),
  ...entriesOf(["v8", "v8", "v8", "synchronous"], [["GCProfiler.prototype.stop", null]]),
  ...entriesOf(["v8", "v8", "v8", "synchronous"], [["getCppHeapStatistics", null]], { since: 22 }),
  ...entriesOf(["v8", "v8", "v8", "synchronous"], [["startCpuProfile", null]], { since: 24 }),
  ...entriesOf(["module", "module_wrap", "v8", "synchronous"], [["syncBuiltinESMExports", ""]]),
  ...entriesOf(["module", "modules", "node", "synchronous"], [["createRequire", "filename"]]),
  ...entriesOf(["module", "modules", "node", "synchronous"], [["getCompileCacheDir", null]], { since: 22 }),
  ...entriesOf(["module", "encoding_binding", "amaro", "synchronous"], [["stripTypeScriptTypes", null]], { since: 22 }),
];
