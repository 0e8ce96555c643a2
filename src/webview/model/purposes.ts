import { t } from "../../shared/translate.ts";

/** What a dependency is for; by its name in `process.versions`, and nothing for one that came with a later Node.js. */
export function purposeOf(name: string): string {
  switch (name) {
    case "node":
      return t("Node.js itself");
    case "v8":
      return t("Runs JavaScript, collects garbage");
    case "uv":
      return t("Event loop, thread pool, files and sockets");
    case "openssl":
      return t("TLS and cryptography");
    case "ncrypto":
      return t("Node's layer over OpenSSL");
    case "llhttp":
      return t("Parses HTTP/1");
    case "nghttp2":
      return t("Speaks HTTP/2");
    case "nghttp3":
    case "ngtcp2":
      return t("Speaks HTTP/3 and QUIC");
    case "ares":
      return t("Asks DNS servers");
    case "zlib":
      return t("gzip and deflate");
    case "brotli":
      return t("Brotli compression");
    case "zstd":
      return t("Zstandard compression");
    case "undici":
      return t("fetch and WebSocket clients");
    case "ada":
      return t("Parses URLs");
    case "simdjson":
      return t("Parses JSON for Node.js itself");
    case "simdutf":
    case "nbytes":
      return t("Converts text encodings");
    case "icu":
      return t("Languages, Unicode and Intl");
    case "cldr":
    case "unicode":
    case "tz":
      return t("Data of ICU");
    case "sqlite":
      return t("node:sqlite and web storage");
    case "acorn":
      return t("Parses JavaScript for the REPL");
    case "cjs_module_lexer":
    case "merve":
      return t("Finds the exports of CommonJS modules");
    case "amaro":
      return t("Strips TypeScript's types");
    case "uvwasi":
      return t("System interface of WebAssembly");
    case "modules":
      return t("ABI that addons are built for");
    case "napi":
      return t("Stable interface for addons");
    default:
      return "";
  }
}
