import { t } from "../../shared/translate.ts";

/** What a dependency is for, by its name in `process.versions`; empty for one that came with a later Node.js. */
export function purposeOf(name: string): string {
  const purposes: Readonly<Record<string, string>> = {
    node: t("Node.js itself"),
    v8: t("Runs JavaScript, collects garbage"),
    uv: t("Event loop, thread pool, files and sockets"),
    openssl: t("TLS and cryptography"),
    ncrypto: t("Node's layer over OpenSSL"),
    llhttp: t("Parses HTTP/1"),
    nghttp2: t("Speaks HTTP/2"),
    nghttp3: t("Speaks HTTP/3 and QUIC"),
    ngtcp2: t("Speaks HTTP/3 and QUIC"),
    ares: t("Asks DNS servers"),
    zlib: t("gzip and deflate"),
    brotli: t("Brotli compression"),
    zstd: t("Zstandard compression"),
    undici: t("fetch and WebSocket clients"),
    ada: t("Parses URLs"),
    simdjson: t("Parses JSON for Node.js itself"),
    simdutf: t("Converts text encodings"),
    nbytes: t("Converts text encodings"),
    icu: t("Languages, Unicode and Intl"),
    cldr: t("Data of ICU"),
    unicode: t("Data of ICU"),
    tz: t("Data of ICU"),
    sqlite: t("node:sqlite and web storage"),
    acorn: t("Parses JavaScript for the REPL"),
    cjs_module_lexer: t("Finds the exports of CommonJS modules"),
    merve: t("Finds the exports of CommonJS modules"),
    amaro: t("Strips TypeScript's types"),
    uvwasi: t("System interface of WebAssembly"),
    modules: t("ABI that addons are built for"),
    napi: t("Stable interface for addons"),
  };
  return Object.hasOwn(purposes, name) ? (purposes[name] ?? "") : "";
}
