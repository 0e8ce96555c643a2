import * as v from "valibot";

/** The layers of the runtime, top to bottom, as in the classic picture of Node.js. */
export const layerSchema = v.picklist(["code", "api", "bindings", "dependencies", "os"]);
export type Layer = v.InferOutput<typeof layerSchema>;

export const layers: readonly Layer[] = layerSchema.options;

/** The components of Node.js, named as in `process.versions` where listed there. `os`: the call goes straight to it. */
export const dependencySchema = v.picklist([
  "v8",
  "uv",
  "openssl",
  "llhttp",
  "nghttp2",
  "ares",
  "zlib",
  "brotli",
  "zstd",
  "undici",
  "ada",
  "simdjson",
  "simdutf",
  "icu",
  "sqlite",
  "cjs_module_lexer",
  "amaro",
  "acorn",
  "node",
  "os",
]);
export type Dependency = v.InferOutput<typeof dependencySchema>;
