import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmCommand } from "../../scripts/support/prepare.mjs";
import { projectRoot } from "../support/paths.ts";

/** What the cases are made of; the versions are pinned, so that a table can be compared with the next one. */
const wanted: Readonly<Record<string, string>> = {
  "@bufbuild/protobuf": "2.17.0",
  "@exodus/schemasafe": "1.3.0",
  "@msgpack/msgpack": "3.1.3",
  "@napi-rs/blake-hash": "1.3.6",
  "@napi-rs/canvas": "1.1.1",
  "@noble/hashes": "2.4.0",
  "@node-rs/argon2": "2.2.1",
  "@node-rs/bcrypt": "2.0.0",
  "@node-rs/crc32": "1.10.8",
  "@node-rs/jieba": "2.0.3",
  "@node-rs/xxhash": "1.7.8",
  "@resvg/resvg-js": "2.6.2",
  "@sinclair/typebox": "0.34.52",
  "@swc/core": "1.16.22",
  acorn: "8.19.0",
  ajv: "8.20.0",
  arktype: "2.2.10",
  "art-template": "4.13.4",
  avsc: "5.7.9",
  bcrypt: "6.0.0",
  bcryptjs: "3.0.3",
  bluebird: "3.7.2",
  bson: "7.3.4",
  bufferutil: "4.1.0",
  "cbor-x": "1.6.9",
  "color-convert": "2.0.1",
  "crypto-js": "4.2.0",
  "csv-parse": "7.0.3",
  "csv-stringify": "6.9.0",
  "d3-dsv": "3.0.2",
  "date-fns": "4.4.0",
  dayjs: "1.11.23",
  "decimal.js": "10.6.0",
  diff: "9.0.0",
  dot: "1.1.3",
  ejs: "3.1.10",
  "esbuild-loader": "4.5.0",
  eta: "4.6.0",
  eventemitter3: "5.0.4",
  "fast-json-stringify": "6.4.0",
  "fast-xml-parser": "5.12.1",
  "fastest-validator": "1.19.1",
  fflate: "0.8.3",
  filtrex: "3.1.0",
  "find-my-way": "9.10.2",
  "fuse.js": "7.5.0",
  graphql: "17.1.0",
  handlebars: "4.7.10",
  "hash-wasm": "4.13.0",
  "highlight.js": "11.12.0",
  "hogan.js": "3.0.2",
  hono: "4.13.19",
  "iconv-lite": "0.7.3",
  immer: "11.2.13",
  joi: "18.3.2",
  jose: "6.2.18",
  "jpeg-js": "0.4.4",
  "js-yaml": "5.5.0",
  jsonata: "2.2.2",
  jsonwebtoken: "9.0.3",
  knex: "3.3.0",
  kysely: "0.28.19",
  lightningcss: "1.33.0",
  liquidjs: "10.30.1",
  lmdb: "3.5.6",
  lodash: "4.18.1",
  long: "5.3.2",
  luxon: "3.7.2",
  "lz-string": "1.5.0",
  "lz4-napi": "2.10.0",
  "markdown-it": "15.0.3",
  marked: "18.2.1",
  mathjs: "15.2.0",
  moment: "2.31.0",
  msgpackr: "2.1.3",
  mustache: "4.2.0",
  "node-forge": "1.4.3",
  nunjucks: "3.2.4",
  "oxc-parser": "0.159.0",
  pako: "3.0.3",
  papaparse: "5.7.1",
  parse5: "8.1.1",
  "path-to-regexp": "9.0.0",
  "pdf-lib": "1.17.1",
  peggy: "5.1.0",
  postcss: "8.5.33",
  preact: "11.2.0",
  "preact-render-to-string": "6.8.2",
  protobufjs: "7.6.6",
  pug: "3.0.4",
  qs: "6.17.1",
  "quick-lru": "7.3.0",
  "quickjs-emscripten": "0.32.0",
  ramda: "0.32.0",
  react: "19.3.1",
  "react-dom": "19.3.1",
  rollup: "4.68.8",
  rxjs: "7.8.2",
  sax: "1.6.1",
  sharp: "0.35.5",
  snappy: "7.4.3",
  "sodium-native": "5.1.0",
  "sql.js": "1.17.0",
  squirrelly: "9.1.1",
  tempura: "0.4.1",
  tsx: "4.23.15",
  underscore: "1.13.8",
  valibot: "1.5.0",
  vue: "3.5.45",
  webpack: "5.112.2",
  ws: "8.23.0",
  xml2js: "0.6.2",
  yaml: "2.9.1",
  yup: "1.7.1",
  zod: "4.6.7",
};

/** Git-ignored, kept for the next run. */
const folder = join(projectRoot, ".attribution-packages");
const installDeadlineMs = 240_000;

/** A package of a few lines, small enough for V8 to inline. */
const small: Readonly<Record<string, string>> = {
  "package.json": '{ "name": "small", "version": "1.0.0" }\n',
  "clamp.js": `"use strict";

module.exports = (value, least, most) => {
  const scaled = (Math.sqrt(value) % 7) + ((value * value) % 13) + (value % 11);
  return scaled < least ? least : scaled > most ? most : scaled;
};
`,
  "shapes.js": `"use strict";

exports.matches = (fields, row) => {
  for (const { name, value, kind } of fields) {
    if (row[name] !== value && row.kind !== kind) {
      return false;
    }
  }
  return true;
};

exports.label = (row) => row.kind + ":" + row.id + "/" + row.kind;
`,
  "point.js": `"use strict";

module.exports = class Point {
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }

  distance(x, y) {
    return Math.sqrt((this.x - x) ** 2 + (this.y - y) ** 2) + (Math.sqrt(x) % 7) + (Math.sqrt(y) % 5);
  }
};
`,
};

/** Gives an app the packages of the cases. */
export function addPackages(app: string): void {
  const modules = join(folder, "node_modules");
  const manifest = `${JSON.stringify({ private: true, dependencies: wanted }, undefined, 2)}\n`;
  const file = join(folder, "package.json");
  if (!existsSync(modules) || !existsSync(file) || readFileSync(file, "utf8") !== manifest) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, manifest);
    const npm = npmCommand();
    const flags = ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"];
    execFileSync(npm.program, [...npm.args, ...flags], { cwd: folder, timeout: installDeadlineMs, stdio: "pipe" });
  }
  mkdirSync(join(modules, "small"), { recursive: true });
  for (const [name, text] of Object.entries(small)) {
    writeFileSync(join(modules, "small", name), text);
  }
  const link = join(app, "node_modules");
  // A copy of a fixture has the packages of the project.
  rmSync(link, { recursive: true, force: true });
  symlinkSync(modules, link, "junction");
}
