import assert from "node:assert/strict";
import { importNames } from "../../../src/server/package/importNames.ts";
import { resolveImport } from "../../../src/server/package/importScan.ts";

interface Case {
  readonly what: string;
  /** Texts of package.json and tsconfig.json; all else is a file that is there. */
  readonly texts: Readonly<Record<string, unknown>>;
  readonly files: readonly string[];
  readonly from?: string;
  /** What is imported, and the file that it leads to. */
  readonly leads: Readonly<Record<string, string | undefined>>;
}

const cases: readonly Case[] = [
  {
    what: "paths of tsconfig.json, with comments and a comma at the end, the longest beginning first",
    texts: {
      "tsconfig.json": `{ // paths
        "compilerOptions": { "paths": { "@/*": ["./src/*"], "@/models/*": ["./db/*", "./src/entities/*"], "config": ["./src/config.ts"], }, },
      }`,
    },
    files: ["src/users.ts", "src/config.ts", "src/entities/user.ts", "src/models/other.ts"],
    leads: {
      "@/users": "src/users.ts",
      "@/users.js": "src/users.ts",
      "@/models/user": "src/entities/user.ts",
      config: "src/config.ts",
      "config/x": undefined,
      fs: undefined,
    },
  },
  {
    what: "paths that are relative to the baseUrl of what is extended, and baseUrl by itself",
    texts: {
      "apps/api/tsconfig.json": { extends: ["../../missing.json", "../../tsconfig.base"] },
      "tsconfig.base.json": { compilerOptions: { baseUrl: "./libs", paths: { "~db/*": ["data/src/*"] } } },
      "apps/api/package.json": { name: "api", dependencies: { mail: "1" } },
    },
    files: ["libs/data/src/users.ts", "libs/log/index.ts", "libs/mail.ts"],
    from: "apps/api/src/main.ts",
    leads: { "~db/users": "libs/data/src/users.ts", log: "libs/log/index.ts", mail: undefined, express: undefined },
  },
  {
    what: "configDir of the configuration that extends, and the nearest configuration only",
    texts: {
      "tsconfig.json": { compilerOptions: { paths: { "@/*": ["./wrong/*"] } } },
      "api/tsconfig.json": { extends: "../shared.json" },
      "shared.json": `{ "compilerOptions": { "paths": { "@/*": ["\${configDir}/source/*"] } } }`,
    },
    files: ["wrong/a.ts", "api/source/a.ts"],
    from: "api/source/main.ts",
    leads: { "@/a": "api/source/a.ts" },
  },
  {
    what: "the paths of the projects that a configuration refers to",
    texts: {
      "tsconfig.json": { files: [], references: [{ path: "./tsconfig.app.json" }, { path: 7 }] },
      "tsconfig.app.json": { compilerOptions: { paths: { "app/*": ["./source/*"] } } },
    },
    files: ["source/a.ts"],
    leads: { "app/a": "source/a.ts" },
  },
  {
    what: "nothing where a configuration is broken, extends itself, or leads out of what is known",
    texts: {
      "tsconfig.json": {
        extends: "./tsconfig.other.json",
        compilerOptions: { paths: { "x/*": "no list", "y/*": [1] } },
      },
      "tsconfig.other.json": { extends: "./tsconfig.json", compilerOptions: { paths: ["@/*"], baseUrl: 3 } },
      "broken/tsconfig.json": '{ "compilerOptions": { "paths": [[[',
      "deep/tsconfig.json": `{"compilerOptions":${"[".repeat(100_000)}`,
      "out/tsconfig.json": { compilerOptions: { paths: { "out/*": ["../../../../etc/*"] } } },
      "package.json": "[]",
    },
    files: ["a.ts"],
    from: "out/main.ts",
    leads: { "out/passwd": undefined, "x/a": undefined, "y/a": undefined, "": undefined, "*": undefined },
  },
  {
    what: "imports of package.json, by their conditions, of what they are built of",
    texts: {
      "package.json": {
        name: "shop",
        imports: { "#db/*": { types: "./types/db/*.d.ts", default: "./dist/db/*.js" }, "#config": "./src/config.js" },
        _moduleAliases: { "@root": ".", "@deep": "dist/deep" },
      },
      "src/esm/package.json": { type: "module" },
    },
    files: ["src/db/users.ts", "src/config.ts", "src/deep/a.js", "b.js"],
    from: "src/esm/main.ts",
    leads: {
      "#db/users": "src/db/users.ts",
      "#config": "src/config.ts",
      "@deep/a": "src/deep/a.js",
      "@root/b": "b.js",
      "#none": undefined,
    },
  },
  {
    what: "other packages of the repository, by what they export",
    texts: {
      "package.json": { name: "api" },
      "../db/package.json": {
        name: "@shop/db",
        exports: {
          ".": { import: "./dist/index.mjs" },
          "./models/*": "./dist/models/*.js",
          "./package.json": "./package.json",
        },
      },
      "../log/package.json": { name: "log", main: "lib/log.js" },
      "../ui/package.json": { name: "ui", source: "main.ts" },
      "../plain/package.json": { name: "plain" },
    },
    files: [
      "../db/src/index.mts",
      "../db/src/models/user.ts",
      "../log/src/log.ts",
      "../ui/main.ts",
      "../plain/src/a/b.ts",
    ],
    from: "src/main.ts",
    leads: {
      "@shop/db": "../db/src/index.mts",
      "@shop/db/models/user": "../db/src/models/user.ts",
      log: "../log/src/log.ts",
      ui: "../ui/main.ts",
      "plain/a/b": "../plain/src/a/b.ts",
      plain: undefined,
      "@shop/other": undefined,
    },
  },
];

describe("the names of imports", () => {
  for (const { what, texts, files, from = "src/main.ts", leads } of cases) {
    it(`are ${what}`, () => {
      const all = Object.entries(texts).map(
        ([path, text]) => [path, typeof text === "string" ? text : JSON.stringify(text)] as const,
      );
      const names = importNames(new Map(all));
      const to = (specifier: string) => resolveImport(from, specifier, (path) => files.includes(path), names);
      assert.deepEqual(Object.fromEntries(Object.keys(leads).map((specifier) => [specifier, to(specifier)])), leads);
    });
  }
});
