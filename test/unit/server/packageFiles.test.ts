import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { importsOf, resolveImport } from "../../../src/server/package/importScan.ts";
import { createOpenPackages } from "../../../src/server/package/openPackages.ts";
import { createPackageReader, packageBounds, packageFolder } from "../../../src/server/package/packageReader.ts";
import { createProjectReader } from "../../../src/server/package/projectReader.ts";
import type { PackageFiles } from "../../../src/server/source/scopes.ts";

const files: Readonly<Record<string, string>> = {
  "package.json": '{ "name": "shop" }',
  "src/server.ts": 'import { list } from "./users.js"; import "@/metrics"; app.get("/", list);',
  "src/users.ts": 'import { db } from "./db"; export const list = () => db;',
  "src/db/index.js": "exports.db = 1;",
  "src/metrics.ts": "export const port = 9100;",
  "src/alone.ts": "export {};",
  "src/users.test.ts": 'import "./users.js";',
  "test/helper.js": 'require("../src/server");',
  "node_modules/x/index.js": "module.exports = 1;",
  "dist/server.js": 'require("./users");',
  "src/types.d.ts": "export {};",
  "src/plain/package.json": '{ "type": "commonjs" }',
  "src/plain/one.js": "1;",
  "packages/other/package.json": '{ "name": "other" }',
  "packages/other/index.js": "2;",
};
const sources = [
  "package.json",
  "src/alone.ts",
  "src/db/index.js",
  "src/metrics.ts",
  "src/plain/one.js",
  "src/plain/package.json",
  "src/server.ts",
  "src/users.ts",
];

describe("the files of a package", () => {
  let root: string;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const never = () => false;
  const at = (path: string) => join(root, ...path.split("/"));

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "hitless-package-"));
    for (const [path, text] of Object.entries(files)) {
      write(path, text);
    }
  });
  const outsides: string[] = [];
  afterEach(() => {
    for (const folder of [root, ...outsides.splice(0)]) {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });

  it("are its sources: nothing that is installed, built, tested, or of a package of its own", async () => {
    const texts = await createPackageReader().read(root, at("src/server.ts"), never);
    assert.deepEqual([...(texts?.keys() ?? [])].sort(), sources);
    assert.equal(texts?.get("src/alone.ts"), "export {};");
    const built = await createPackageReader().read(root, at("dist/server.js"), never);
    assert.ok(built?.has("dist/server.js"));
  });

  it("are not followed out of it through a link", async () => {
    const outside = mkdtempSync(join(tmpdir(), "hitless-outside-"));
    try {
      writeFileSync(join(outside, "secret.js"), "1;");
      symlinkSync(outside, at("src/linked"), process.platform === "win32" ? "junction" : "dir");
      if (process.platform !== "win32") {
        symlinkSync(join(outside, "secret.js"), at("src/secret.js"));
      }
      const texts = await createPackageReader().read(root, at("src/server.ts"), never);
      assert.deepEqual([...(texts?.keys() ?? [])].sort(), sources);
    } finally {
      rmSync(outside, { recursive: true, force: true, maxRetries: 5 });
    }
  });

  it("are none at all beyond the bounds, or when nobody waits any more; what is too large is left out", async () => {
    const read = (bounds: Partial<typeof packageBounds>, cancelled = never) =>
      createPackageReader({ ...packageBounds, ...bounds }).read(root, at("src/server.ts"), cancelled);
    assert.equal(await read({ files: 7 }), undefined);
    assert.equal((await read({ files: 8 }))?.size, 8);
    assert.equal(await read({ total: 20 }), undefined);
    assert.equal(await read({ depth: 1 }), undefined);
    assert.equal(await read({}, () => true), undefined);
    assert.equal((await read({ file: 40 }))?.has("src/server.ts"), false);
  });

  it("begin at the nearest package.json, and never above the folders of the workspace", async () => {
    assert.equal(await packageFolder(at("src/db/index.js"), [root]), root);
    assert.equal(await packageFolder(at("packages/other/index.js"), [root]), at("packages/other"));
    assert.equal(await packageFolder(at("src/db/index.js"), [at("src")]), undefined);
    assert.equal(await packageFolder(at("src/db/index.js"), []), undefined);
  });

  it("are known by what they import, by what imports them, and by what runs with them", async () => {
    const view = await filesOf(() => []);
    assert.deepEqual(names(view.importers(moduleAt("src/users.ts"))), ["src/server.ts"]);
    assert.deepEqual(names(view.importers(moduleAt("src/users.ts"), /post/)), []);
    assert.deepEqual(names([view.imported(moduleAt("src/users.ts"), "./db")]), ["src/db/index.js"]);
    assert.equal(view.imported(moduleAt("src/users.ts"), "express"), undefined);
    assert.deepEqual(names(view.beside(moduleAt("src/metrics.ts"), /./)), [
      "src/db/index.js",
      "src/server.ts",
      "src/users.ts",
    ]);
    assert.deepEqual(names(view.beside(moduleAt("src/alone.ts"), /./)), []);
  });

  it("are what the editor has open, rather than what is on disk", async () => {
    const view = await filesOf(() => [[at("src/metrics.ts"), 'import "./alone";']]);
    assert.deepEqual(names(view.importers(moduleAt("src/alone.ts"))), ["src/metrics.ts"]);
  });

  it("are also those of packages of the repository that it imports, or that import it, within the workspace and the bounds", async () => {
    const others = {
      "mono/package.json": '{ "name": "mono", "workspaces": ["apps/*", "packages/*"] }',
      "mono/tsconfig.base.json":
        '{ "compilerOptions": { "paths": { "~/*": ["./packages/alias/*"], "out/*": ["./linked/*"] } } }',
      "mono/apps/api/package.json": '{ "name": "api", "dependencies": { "@shop/db": "workspace:*" } }',
      "mono/apps/api/tsconfig.json": '{ "extends": "../../tsconfig.base.json" } // and "extends": itself',
      "mono/apps/api/src/main.ts": 'import { db } from "@shop/db"; import "../../../shared/env"; import "~/a"; db;',
      "mono/apps/web/package.json": '{ "name": "web" }',
      "mono/apps/web/page.ts": "1;",
      "mono/packages/db/package.json": '{ "name": "@shop/db", "main": "./dist/index.js" }',
      "mono/packages/db/src/index.ts": 'export * from "./client";',
      "mono/packages/db/src/client.ts": "export const db = new Map();",
      "mono/packages/alias/package.json": '{ "name": "alias" }',
      "mono/packages/alias/a.ts": "2;",
      "mono/shared/env.ts": "3;",
    };
    for (const [path, text] of Object.entries(others)) {
      write(path, text);
    }
    const outside = mkdtempSync(join(tmpdir(), "hitless-outside-"));
    outsides.push(outside);
    writeFileSync(join(outside, "secret.js"), "1;");
    symlinkSync(outside, at("mono/linked"), process.platform === "win32" ? "junction" : "dir");
    const filesIn = async (path: string, roots: readonly string[], bounds = packageBounds, cancelled = never) => {
      const reader = createProjectReader(createPackageReader(), bounds);
      const folder = (await packageFolder(at(path), roots)) ?? "";
      const found = await reader.read({ folder, file: at(path), roots }, cancelled);
      return found && [...found.keys()].filter((name) => !name.endsWith(".json")).sort();
    };
    const main = "mono/apps/api/src/main.ts";
    const all = ["../../packages/alias/a.ts", "../../packages/db/src/client.ts", "../../packages/db/src/index.ts"];
    assert.deepEqual(await filesIn(main, [root]), [...all, "../../shared/env.ts", "src/main.ts"]);
    assert.deepEqual(await filesIn(main, [at("mono/apps")]), ["src/main.ts"]);
    assert.deepEqual(await filesIn(main, [root], { ...packageBounds, total: 1 }), ["src/main.ts"]);
    assert.equal(await filesIn(main, [root], packageBounds, () => true), undefined);
    const ofLibrary = await filesIn("mono/packages/db/src/client.ts", [root]);
    assert.ok(ofLibrary?.includes("../../apps/api/src/main.ts"), String(ofLibrary));
    const packages = createOpenPackages({ roots: () => [root], opened: () => [], changed: () => {} });
    const view = await packages.filesBeside(at(main), never);
    assert.deepEqual(names([view?.imported(moduleAt(main), "@shop/db"), view?.imported(moduleAt(main), "~/a")]), [
      "mono/packages/alias/a.ts",
      "mono/packages/db/src/index.ts",
    ]);
    assert.equal(view?.isOwn(moduleAt(main), "express"), false);
    assert.deepEqual(view?.paths(/./), ["src/main.ts"]);
  });

  it("are not read in a workspace that is not trusted, which has no folders for them", async () => {
    const packages = createOpenPackages({ roots: () => [], opened: () => [], changed: () => {} });
    assert.equal(await packages.filesBeside(at("src/server.ts"), never), undefined);
  });

  const moduleAt = (path: string) => ({ uri: new URL(`file://${at(path).split(sep).join("/")}`).href }) as never;
  const names = (found: readonly ({ readonly module: { readonly uri: string } } | undefined)[]) =>
    found
      .map((it) =>
        relative(root, fileURLToPath(it?.module.uri ?? ""))
          .split(sep)
          .join("/"),
      )
      .sort();
  const filesOf = async (opened: () => [string, string][]): Promise<PackageFiles> => {
    const packages = createOpenPackages({ roots: () => [root], opened, changed: () => {} });
    const view = await packages.filesBeside(at("src/server.ts"), never);
    assert.ok(view);
    return view;
  };
});

describe("an import", () => {
  it("is found in a text without parsing it", () => {
    const text = `import a from "./a.js";\nexport * from '../b';\nconst c = require("./c"), d = await import(\`./d.mjs\`);
      import "./e"; import fs from "fs"; import x from "@/lib/x"; import y from "@scope/y";`;
    assert.deepEqual(importsOf(text), ["./a.js", "../b", "./c", "./d.mjs", "./e", "fs", "@/lib/x", "@scope/y"]);
  });

  it("names a file as Node.js and TypeScript resolve it", () => {
    const all = new Set(["src/a.ts", "src/b/index.js", "lib/c.mts", "src/lib/d.ts", "e.js"]);
    const to = (specifier: string) => resolveImport("src/main.ts", specifier, (path) => all.has(path));
    assert.deepEqual(
      ["./a", "./a.js", "./b", "../lib/c.mjs", "@/lib/d", "..", "../e.js", "src/a", "../../e.js"].map(to),
      ["src/a.ts", "src/a.ts", "src/b/index.js", "lib/c.mts", "src/lib/d.ts", undefined, "e.js", "src/a.ts", undefined],
    );
  });
});
