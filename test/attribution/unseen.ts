/** Written like those of `fresh.ts`, later, after all that they are tried with was made. */
export const unseen: Readonly<Record<string, readonly string[]>> = {
  "unseen: stringify by Reflect.apply": ["v8"],
  "unseen: bound tests of a Map": ["v8"],
  "unseen: format taken from an Intl instance": ["v8"],
  "unseen: replaceAll without its object": ["v8"],
  "unseen: a clone of a table": ["binding:messaging"],
  "unseen: steps of a list": ["v8"],
  "unseen: vm.compileFunction": ["code"],
  // All but the thread that is sampled works.
  "unseen: pbkdf2 in the thread pool": ["idle"],
  "unseen: deflate in the thread pool": ["node", "binding:zlib", "loop", "binding:task_queue"],
  "unseen: look-ups of names": ["node", "binding:cares_wrap", "binding:cares_wrap/uv", "loop", "binding:task_queue"],
  "unseen: files read by streams": ["node", "binding:fs", "binding:buffer", "loop"],
  "unseen: large bodies of JSON": ["v8", "loop", "binding:buffer", "node", "binding:stream_wrap"],
  "unseen: an echo over TCP": ["loop", "binding:stream_wrap", "node"],
  "unseen: downloads over TLS": ["loop", "loop/openssl", "binding:tls_wrap", "binding:stream_wrap"],
  "unseen: datagrams": ["loop", "binding:udp_wrap", "node"],
  "unseen: spawnSync with input": ["binding:spawn_sync"],
  "unseen: brotliDecompressSync": ["binding:zlib/brotli"],
  "unseen: a shared secret": ["binding:crypto"],
  "unseen: privateDecrypt": ["binding:crypto"],
  "unseen: squirrelly": ["package:squirrelly"],
  "unseen: typebox": ["package:@sinclair/typebox"],
  // It is a file of the app.
  "unseen: ajv's standalone code": ["code"],
  "unseen: art-template": ["package:art-template"],
  "unseen: hogan": ["package:hogan.js"],
  "unseen: avsc": ["package:avsc"],
  "unseen: filtrex": ["package:filtrex"],
  "unseen: long": ["package:long"],
  "unseen: color-convert": ["package:color-convert"],
  "unseen: msgpackr": ["package:msgpackr", "binding:msgpackr-extract"],
  "unseen: jieba of napi-rs": ["binding:@node-rs/jieba"],
  "unseen: lz4 of napi-rs": ["binding:lz4-napi"],
  "unseen: TypeScript by tsx": ["code"],
  "unseen: TypeScript by tsc": ["code"],
  "unseen: own code in a bundle of esbuild": ["code"],
  "unseen: a package in a bundle of esbuild": ["package:long"],
  "unseen: own code in a bundle of webpack": ["code"],
  "unseen: a package in a bundle of webpack": ["package:long"],
};

/** Ten more, after what the others had shown was mended. */
export const last: Readonly<Record<string, readonly string[]>> = {
  "last: blake3 of napi-rs": ["binding:@napi-rs/blake-hash"],
  "last: lines parsed by map": ["v8"],
  "last: names of countries": ["v8"],
  "last: stringify with another this": ["v8"],
  "last: eventemitter3": ["package:eventemitter3"],
  // The app itself calls what these have made.
  "last: tempura": ["package:tempura", "code"],
  "last: schemasafe": ["package:@exodus/schemasafe", "code"],
  "last: answers of JSON": ["v8", "loop", "node", "binding:stream_wrap"],
  "last: files read by promises": ["node", "binding:fs", "binding:buffer", "loop", "binding:task_queue"],
  "last: hashes of a class": ["binding:crypto"],
};

/** And ten after that, for which nothing was changed. */
export const final: Readonly<Record<string, readonly string[]>> = {
  "final: texts decoded by a table": ["v8"],
  "final: a list of numbers compared": ["v8"],
  "final: a RegExp of the app's class": ["v8"],
  "final: quick-lru": ["package:quick-lru", "v8"],
  "final: marked": ["package:marked", "v8"],
  "final: joi": ["package:joi", "package:@hapi/hoek", "v8"],
  "final: randomBytes": ["binding:crypto"],
  "final: inflateSync": ["binding:zlib"],
  "final: files written by promises": ["binding:fs", "node", "loop", "binding:task_queue"],
  "final: rows grouped by the app": ["code"],
};

/** Where the busiest function of a part must be shown, as the sources have it. */
export const places: Readonly<Record<string, string>> = {
  "unseen: TypeScript by tsx": "sources/prices.ts:9",
  "unseen: TypeScript by tsc": "sources/rates.ts:11",
  "unseen: own code in a bundle of esbuild": "sources/rates.ts:11",
  "unseen: own code in a bundle of webpack": "sources/rates.ts:11",
  "outside: private fields for an old target": "sources/stock.ts:18",
};
