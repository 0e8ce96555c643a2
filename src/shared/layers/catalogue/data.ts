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
  ...entriesOf(["url", "url_pattern", "ada", "synchronous"], ["URLPattern"], { since: 24 }),
  ...entriesOf(
    ["buffer", "buffer", "v8", "synchronous"],
    [
      ["Buffer.byteLength", "#static-method-bufferbytelengthstring-encoding"],
      ["Buffer.from", "#bufferfrom-bufferalloc-and-bufferallocunsafe"],
      ["Buffer#toString", "#buftostringencoding-start-end"],
      ["Buffer#write", "#bufwritestring-offset-length-encoding"],
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
      ["Buffer.alloc", "#static-method-bufferallocsize-fill-encoding"],
      ["Buffer.allocUnsafeSlow", "#static-method-bufferallocunsafeslowsize"],
      ["Buffer.compare", "#static-method-buffercomparebuf1-buf2"],
      ["Buffer#compare", "#bufcomparetarget-targetstart-targetend-sourcestart-sourceend"],
      ["Buffer#copy", "#bufcopytarget-targetstart-sourcestart-sourceend"],
      ["Buffer#equals", "#bufequalsotherbuffer"],
      ["Buffer#fill", "#buffillvalue-offset-end-encoding"],
      ["Buffer#includes", "#bufincludesvalue-byteoffset-encoding"],
      ["Buffer#indexOf", "#bufindexofvalue-byteoffset-encoding"],
      ["Buffer#lastIndexOf", "#buflastindexofvalue-byteoffset-encoding"],
      ["Buffer#swap16", "#bufswap16"],
    ],
  ),
  ...entriesOf(["buffer", "icu", "icu", "synchronous"], [["transcode", "source-fromenc-toenc"]]),
  ...entriesOf(
    ["buffer", "blob", "node", "synchronous"],
    [
      ["Blob", "#new-bufferblobsources-options"],
      ["Blob#slice", "start-end-type"],
      ["resolveObjectURL", "id"],
    ],
  ),
  ...entriesOf(
    ["buffer", "blob", "node", "microtask"],
    [
      ["Blob#arrayBuffer", ""],
      ["Blob#bytes", ""],
      ["Blob#text", ""],
    ],
    { besides: "fileOfBlob" },
  ),
  ...entriesOf(["buffer", "blob", "node", "eventLoop"], [["Blob#stream", ""]], { besides: "fileOfBlob" }),
  ...entriesOf(
    ["string_decoder", "string_decoder", "node", "synchronous"],
    [
      ["StringDecoder#end", "buffer"],
      ["StringDecoder#write", "buffer"],
    ],
  ),
  ...entriesOf(
    ["tty", "tty_wrap", "uv", "synchronous"],
    [
      ["ReadStream", "#new-ttyreadstreamfd-options", "terminal"],
      ["ReadStream#setRawMode", "mode", "setTerminal"],
      ["WriteStream", "#new-ttywritestreamfd", "terminal"],
      ["isatty", "fd", "terminal"],
    ],
  ),
  ...entriesOf(
    ["util", "uv", "uv", "synchronous"],
    [
      ["getSystemErrorMap", ""],
      ["getSystemErrorName", "err"],
    ],
  ),
  ...entriesOf(["util", "uv", "uv", "synchronous"], ["getSystemErrorMessage"], { since: 22 }),
  ...entriesOf(["util", "util", "v8", "synchronous"], [["inspect", "object-options"]]),
  ...entriesOf(["util", "util", "v8", "synchronous"], ["getCallSites"], { since: 22 }),
  ...entriesOf(["util", "util", "node", "synchronous"], [["parseEnv", "content"]]),
  ...entriesOf(
    ["util", "types", "v8", "synchronous"],
    [
      ["types.isExternal", "value"],
      ["types.isPromise", "value"],
      ["types.isProxy", "value"],
    ],
  ),
  ...entriesOf(["url", "blob", "node", "synchronous"], ["URL.createObjectURL", "URL.revokeObjectURL"]),
  ...entriesOf(["url", "url", "ada", "synchronous"], ["fileURLToPathBuffer"], { since: 22 }),
  ...entriesOf(["url", "url_pattern", "ada", "synchronous"], ["URLPattern#exec", "URLPattern#test"], { since: 24 }),
  ...entriesOf(
    ["buffer", "buffer", "node", "synchronous"],
    ["Buffer.allocUnsafe", ["Buffer#swap32", "#bufswap32"], ["Buffer#swap64", "#bufswap64"]],
  ),
  ...entriesOf(["buffer", "blob", "node", "synchronous"], ["File"]),
  ...entriesOf(["buffer", "blob", "node", "eventLoop"], ["Blob#textStream"], {
    since: 24,
    besides: "fileOfBlob",
  }),
  ...entriesOf(["string_decoder", "string_decoder", "node", "synchronous"], ["StringDecoder#text"]),
  ...entriesOf(
    ["util", "types", "v8", "synchronous"],
    [
      ["types.isArgumentsObject", "value"],
      ["types.isArrayBuffer", "value"],
      ["types.isAsyncFunction", "value"],
      ["types.isBigIntObject", "value"],
      ["types.isBooleanObject", "value"],
      ["types.isDate", "value"],
      ["types.isGeneratorFunction", "value"],
      ["types.isGeneratorObject", "value"],
      ["types.isMap", "value"],
      ["types.isMapIterator", "value"],
      ["types.isModuleNamespaceObject", "value"],
      ["types.isNativeError", "value"],
      ["types.isNumberObject", "value"],
      ["types.isRegExp", "value"],
      ["types.isSet", "value"],
      ["types.isSetIterator", "value"],
      ["types.isSharedArrayBuffer", "value"],
      ["types.isStringObject", "value"],
      ["types.isSymbolObject", "value"],
      ["types.isWeakMap", "value"],
      ["types.isWeakSet", "value"],
      ["types.isAnyArrayBuffer", "value"],
      ["types.isBoxedPrimitive", "value"],
    ],
  ),
  ...entriesOf(["util", "util", "v8", "synchronous"], ["isDeepStrictEqual"]),
  ...entriesOf(["util", "watchdog", "node", "synchronous"], ["setTraceSigInt"], {
    since: 22,
  }),
];
