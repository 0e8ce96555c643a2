import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const dataEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["url", "url", "ada", "synchronous"],
    [
      ["URL", "#url"],
      ["URL.canParse", "#urlcanparseinput-base"],
      ["URL.parse", "#urlparseinput-base"],
      ["domainToASCII", "domain"],
      ["domainToUnicode", "domain"],
      ["fileURLToPath", "url-options"],
      ["format", "url-options"],
      ["pathToFileURL", "path-options"],
    ],
  ),
  ...entriesOf(
    ["url", "encoding_binding", "ada", "synchronous"],
    [["parse", "urlstring-parsequerystring-slashesdenotehost"]],
  ),
  ...entriesOf(["url", "url_pattern", "ada", "synchronous"], [["URLPattern", null]], { since: 24 }),
  ...entriesOf(
    ["buffer", "buffer", "v8", "synchronous"],
    [
      ["Buffer.byteLength", "#static-method-bufferbytelengthstring-encoding"],
      ["Buffer.from", "#bufferfrom-bufferalloc-and-bufferallocunsafe"],
      ["Buffer.prototype.toString", "#buftostringencoding-start-end"],
      ["Buffer.prototype.write", "#bufwritestring-offset-length-encoding"],
    ],
  ),
  ...entriesOf(
    ["buffer", "buffer", "simdutf", "synchronous"],
    [
      ["atob", "data"],
      ["btoa", "data"],
      ["isAscii", "input"],
      ["isUtf8", "input"],
    ],
  ),
  ...entriesOf(
    ["buffer", "buffer", "node", "synchronous"],
    [
      ["Buffer.allocUnsafeSlow", "#static-method-bufferallocunsafeslowsize"],
      ["Buffer.compare", "#static-method-buffercomparebuf1-buf2"],
      ["Buffer.prototype.compare", "#bufcomparetarget-targetstart-targetend-sourcestart-sourceend"],
      ["Buffer.prototype.copy", "#bufcopytarget-targetstart-sourcestart-sourceend"],
      ["Buffer.prototype.equals", "#bufequalsotherbuffer"],
      ["Buffer.prototype.fill", "#buffillvalue-offset-end-encoding"],
      ["Buffer.prototype.includes", "#bufincludesvalue-byteoffset-encoding"],
      ["Buffer.prototype.indexOf", "#bufindexofvalue-byteoffset-encoding"],
      ["Buffer.prototype.lastIndexOf", "#buflastindexofvalue-byteoffset-encoding"],
      ["Buffer.prototype.swap16", "#bufswap16"],
    ],
  ),
  ...entriesOf(["buffer", "icu", "icu", "synchronous"], [["transcode", "source-fromenc-toenc"]]),
  ...entriesOf(
    ["buffer", "blob", "node", "synchronous"],
    [
      ["Blob", "#new-bufferblobsources-options"],
      ["Blob.prototype.slice", "start-end-type"],
      ["resolveObjectURL", "id"],
    ],
  ),
  ...entriesOf(
    ["buffer", "blob", "node", "microtask"],
    [
      ["Blob.prototype.arrayBuffer", ""],
      ["Blob.prototype.bytes", ""],
      ["Blob.prototype.text", ""],
    ],
    { poolFor: "fileOfBlob" },
  ),
  ...entriesOf(["buffer", "blob", "node", "eventLoop"], [["Blob.prototype.stream", ""]], { poolFor: "fileOfBlob" }),
  ...entriesOf(
    ["string_decoder", "string_decoder", "node", "synchronous"],
    [
      ["StringDecoder.prototype.end", "buffer"],
      ["StringDecoder.prototype.write", "buffer"],
    ],
  ),
  ...entriesOf(
    ["tty", "tty_wrap", "uv", "synchronous"],
    [
      ["ReadStream", "#new-ttyreadstreamfd-options", "terminal"],
      ["ReadStream.prototype.setRawMode", "mode", "setTerminal"],
      ["WriteStream", "#new-ttywritestreamfd", "terminal"],
      ["isatty", "fd", "terminal"],
    ],
  ),
  ...entriesOf(
    ["sqlite", "sqlite", "sqlite", "synchronous"],
    [
      ["DatabaseSync", null, "open", "pread"],
      ["DatabaseSync.prototype.aggregate", null],
      ["DatabaseSync.prototype.close", "#databaseclose", "close"],
      ["DatabaseSync.prototype.createSession", null],
      ["DatabaseSync.prototype.enableLoadExtension", null],
      ["DatabaseSync.prototype.exec", "#databaseexecsql", "lock", "pwrite", "syncDatabase"],
      ["DatabaseSync.prototype.function", null],
      ["DatabaseSync.prototype.open", "#databaseopen", "open", "pread"],
      ["DatabaseSync.prototype.prepare", null],
      ["StatementSync.prototype.all", null, "lock", "pread"],
      ["StatementSync.prototype.get", null, "lock", "pread"],
      ["StatementSync.prototype.iterate", null, "lock", "pread"],
      ["StatementSync.prototype.run", null, "lock", "pwrite", "syncDatabase"],
    ],
    { since: 22 },
  ),
  ...entriesOf(
    ["sqlite", "sqlite", "sqlite", "threadPool"],
    [["backup", null, "open", "pread", "pwrite", "syncDatabase"]],
    {
      since: 22,
    },
  ),
  ...entriesOf(
    ["util", "uv", "uv", "synchronous"],
    [
      ["getSystemErrorMap", ""],
      ["getSystemErrorName", "err"],
    ],
  ),
  ...entriesOf(["util", "uv", "uv", "synchronous"], [["getSystemErrorMessage", null]], { since: 22 }),
  ...entriesOf(["util", "util", "v8", "synchronous"], [["inspect", "object-options"]]),
  ...entriesOf(["util", "util", "v8", "synchronous"], [["getCallSites", null]], { since: 22 }),
  ...entriesOf(["util", "util", "node", "synchronous"], [["parseEnv", "content"]]),
  ...entriesOf(
    ["util", "types", "v8", "synchronous"],
    [
      ["types.isExternal", "value"],
      ["types.isPromise", "value"],
      ["types.isProxy", "value"],
    ],
  ),
];
