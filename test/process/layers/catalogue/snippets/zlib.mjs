import zlib from "node:zlib";
import { call, event } from "./support.mjs";

const text = Buffer.from("text ".repeat(100));

/** What unpacks, what packs for it, and how the streams of both are made. */
const pairs = [
  ["inflate", "deflate"],
  ["inflateRaw", "deflateRaw"],
  ["gunzip", "gzip"],
  ["unzip", "gzip"],
  ["brotliDecompress", "brotliCompress"],
  ["zstdDecompress", "zstdCompress"],
].filter(([unpack]) => unpack in zlib);

const all = {};
for (const [unpack, pack] of pairs) {
  const packed = zlib[`${pack}Sync`](text);
  for (const [name, input] of [
    [pack, text],
    [unpack, packed],
  ]) {
    const create = `create${name[0].toUpperCase()}${name.slice(1)}`;
    all[name] = () => call(zlib[name], input);
    all[`${name}Sync`] = () => void zlib[`${name}Sync`](input);
    all[create] = {
      run: () => {
        const stream = zlib[create]();
        stream.end(input);
        return event(stream.resume(), "end");
      },
      forms: { untilFed: { run: () => void zlib[create]() } },
    };
  }
}

export const snippets = { zlib: { ...all, crc32: () => void zlib.crc32(text) } };
