import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const zlibEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["zlib", "zlib", "zlib", "threadPool"],
    [
      ["deflate", "buffer-options-callback"],
      ["createDeflate", "options"],
      ["deflateRaw", "buffer-options-callback"],
      ["createDeflateRaw", "options"],
      ["gzip", "buffer-options-callback"],
      ["createGzip", "options"],
      ["gunzip", "buffer-options-callback"],
      ["createGunzip", "options"],
      ["inflate", "buffer-options-callback"],
      ["createInflate", "options"],
      ["inflateRaw", "buffer-options-callback"],
      ["createInflateRaw", "options"],
      ["unzip", "buffer-options-callback"],
      ["createUnzip", "options"],
    ],
  ),
  ...entriesOf(
    ["zlib", "zlib", "zlib", "synchronous"],
    [
      ["deflateSync", "buffer-options"],
      ["deflateRawSync", "buffer-options"],
      ["gzipSync", "buffer-options"],
      ["gunzipSync", "buffer-options"],
      ["inflateSync", "buffer-options"],
      ["inflateRawSync", "buffer-options"],
      ["unzipSync", "buffer-options"],
    ],
  ),
  ...entriesOf(["zlib", "zlib", "zlib", "synchronous"], [["crc32", "data-value"]]),
  ...entriesOf(
    ["zlib", "zlib", "brotli", "threadPool"],
    [
      ["brotliCompress", "buffer-options-callback"],
      ["createBrotliCompress", "options"],
      ["brotliDecompress", "buffer-options-callback"],
      ["createBrotliDecompress", "options"],
    ],
  ),
  ...entriesOf(
    ["zlib", "zlib", "brotli", "synchronous"],
    [
      ["brotliCompressSync", "buffer-options"],
      ["brotliDecompressSync", "buffer-options"],
    ],
  ),
  ...entriesOf(
    ["zlib", "zlib", "zstd", "threadPool"],
    [
      ["zstdCompress", "buffer-options-callback"],
      ["createZstdCompress", "options"],
      ["zstdDecompress", "buffer-options-callback"],
      ["createZstdDecompress", "options"],
    ],
    { since: 22 },
  ),
  ...entriesOf(
    ["zlib", "zlib", "zstd", "synchronous"],
    [
      ["zstdCompressSync", "buffer-options"],
      ["zstdDecompressSync", "buffer-options"],
    ],
    { since: 22 },
  ),
];
