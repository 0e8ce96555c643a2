/** Written after what `outside.ts` had shown was mended, before they were tried. */
export const again: Readonly<Record<string, readonly string[]>> = {
  "again: addresses by map": ["v8"],
  "again: sort of another list": ["v8"],
  "again: asynchronous functions that parse": ["v8", "binding:task_queue"],
  "again: a heap of the app": ["code"],
  "again: an iterator of the app": ["code"],
  "again: split and joined": ["v8"],
  "again: ranges of dates": ["v8"],
  "again: replaced by a symbol": ["v8"],
  "again: graphql": ["package:graphql"],
  "again: rxjs": ["package:rxjs", "code"],
  "again: terser": ["package:terser", "v8"],
  // The package is WebAssembly, and its JavaScript.
  "again: es-module-lexer": ["package:es-module-lexer"],
  "again: hkdfSync": ["binding:crypto"],
  "again: certificates": ["binding:crypto"],
  "again: unzipSync": ["binding:zlib"],
  "again: folders made and removed": ["binding:fs"],
  "again: a Buffer from base64": ["binding:buffer"],
  "again: a Buffer as latin1": ["binding:buffer"],
  "again: small messages over TLS": ["loop", "loop/openssl", "binding:tls_wrap", "binding:stream_wrap", "node"],
  "again: an EventTarget": ["node"],
  "again: signals combined": ["node"],
  "again: web streams": ["node", "binding:task_queue"],
  // V8 reads them before any JavaScript runs.
  "again: messages of a thread": ["loop", "binding:messaging"],
};
