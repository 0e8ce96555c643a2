import assert from "node:assert/strict";
import { findEntries } from "../../../src/client/recipe/entries.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

describe("findEntries", () => {
  afterEach(removeTempFolders);

  const entriesOf = async (files: Record<string, string>) =>
    (await findEntries(tempFolder(files))).map(({ entry }) => entry);

  it("finds nothing in an empty folder, nor in one that is not there", async () => {
    assert.deepEqual(await entriesOf({}), []);
    assert.deepEqual(await findEntries("/nowhere/at/all"), []);
  });

  it("puts the start script first, with its flags, arguments and variables", async () => {
    const script = "cross-env NODE_ENV=production node --max-old-space-size=512 -r ./setup.cjs lib/web.mjs --port 80";
    const found = await findEntries(
      tempFolder({
        "package.json": JSON.stringify({ main: "index.js", scripts: { start: script } }),
        "lib/web.mjs": "",
        "index.js": "",
      }),
    );
    assert.deepEqual(found, [
      {
        entry: "lib/web.mjs",
        why: "scripts.start",
        nodeArgs: ["--max-old-space-size=512", "-r", "./setup.cjs"],
        args: ["--port", "80"],
        env: { NODE_ENV: "production" },
      },
      { entry: "index.js", why: "main", nodeArgs: [], args: [], env: {} },
    ]);
  });

  it("finds the file that a start script names without its extension, or as a folder", async () => {
    const start = (script: string) => JSON.stringify({ main: "lib", scripts: { start: script } });
    assert.deepEqual(await entriesOf({ "package.json": start("node dist/main"), "dist/main.js": "" }), [
      "dist/main.js",
    ]);
    assert.deepEqual(await entriesOf({ "package.json": start("node ."), "lib/index.js": "" }), ["lib/index.js"]);
  });

  it("passes over scripts that need a shell, run no file, or another program", async () => {
    for (const start of [
      "node a.js && node server.js",
      "node -e 'x' server.js",
      "next start",
      'node "server.js',
      "node $X",
    ]) {
      const found = await findEntries(
        tempFolder({ "package.json": JSON.stringify({ scripts: { start } }), "server.js": "" }),
      );
      assert.deepEqual(found, [{ entry: "server.js", why: "file name", nodeArgs: [], args: [], env: {} }], start);
    }
  });

  it("leaves out what watches for changes", async () => {
    const start = "node --watch --watch-path src --enable-source-maps 'my server.js'";
    const [found] = await findEntries(
      tempFolder({ "package.json": JSON.stringify({ scripts: { start } }), "my server.js": "" }),
    );
    assert.deepEqual(found?.nodeArgs, ["--enable-source-maps"]);
    assert.equal(found?.entry, "my server.js");
  });

  it("understands tsx", async () => {
    const [found] = await findEntries(
      tempFolder({
        "package.json": JSON.stringify({ scripts: { start: "tsx watch src/index.ts" } }),
        "src/index.ts": "",
      }),
    );
    assert.deepEqual([found?.entry, found?.nodeArgs], ["src/index.ts", ["--import", "tsx"]]);
  });

  it("finds the usual names, each once, in a fixed order", async () => {
    const files = ["dist/main.js", "src/main.ts", "app.cjs", "index.js", "server.mts", "src/app.ts", "other.js"];
    assert.deepEqual(await entriesOf(Object.fromEntries(files.map((file) => [file, ""]))), [
      "server.mts",
      "app.cjs",
      "index.js",
      "src/app.ts",
      "src/main.ts",
      "dist/main.js",
    ]);
    assert.deepEqual(await entriesOf({ "package.json": '{"main":"./server.js"}', "server.js": "" }), ["server.js"]);
  });

  it("survives a package.json that is broken or odd, and files that are gone", async () => {
    assert.deepEqual(await entriesOf({ "package.json": "{", "app.js": "" }), ["app.js"]);
    assert.deepEqual(await entriesOf({ "package.json": '{"main":7,"scripts":[]}', "app.js": "" }), ["app.js"]);
    assert.deepEqual(await entriesOf({ "package.json": '{"main":"gone.js","scripts":{"start":"node gone"}}' }), []);
  });
});
