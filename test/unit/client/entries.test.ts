import assert from "node:assert/strict";
import { chooseEntry, describeChoice } from "../../../src/client/recipe/chooseEntry.ts";
import { type EntryCandidate, findEntries } from "../../../src/client/recipe/entries.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

type Files = Readonly<Record<string, string>>;

const withScripts = (scripts: Files, files: Files, more: object = {}): Files => ({
  ...files,
  "package.json": JSON.stringify({ scripts, ...more }),
});

const candidate = (given: Partial<EntryCandidate> & Pick<EntryCandidate, "entry" | "why">): EntryCandidate => ({
  nodeArgs: [],
  args: [],
  env: {},
  envFiles: [],
  notes: [],
  ...given,
});

describe("findEntries", () => {
  afterEach(removeTempFolders);

  const entriesOf = async (files: Files) =>
    (await findEntries(tempFolder(files), {})).entries.map(({ entry }) => entry);

  it("finds nothing in an empty folder, nor in one that is not there", async () => {
    assert.deepEqual(await entriesOf({}), []);
    assert.deepEqual(await findEntries("/nowhere/at/all", {}), { entries: [], problems: [] });
  });

  it("puts the start script first, with its flags, arguments and variables", async () => {
    const start = "cross-env NODE_ENV=production node --max-old-space-size=512 -r ./setup.cjs lib/web.mjs --port 80";
    const files = withScripts({ start }, { "lib/web.mjs": "", "index.js": "" }, { main: "index.js" });
    assert.deepEqual((await findEntries(tempFolder(files), {})).entries, [
      candidate({
        entry: "lib/web.mjs",
        why: "scripts.start",
        nodeArgs: ["--max-old-space-size=512", "-r", "./setup.cjs"],
        args: ["--port", "80"],
        env: { NODE_ENV: "production" },
      }),
      candidate({ entry: "index.js", why: "main" }),
    ]);
  });

  it("finds the file that a start script names without its extension, or as a folder", async () => {
    assert.deepEqual(await entriesOf(withScripts({ start: "node dist/main" }, { "dist/main.js": "" })), [
      "dist/main.js",
    ]);
    const folder = withScripts({ start: "node ." }, { "lib/index.js": "" }, { main: "lib" });
    assert.deepEqual(await entriesOf(folder), ["lib/index.js"]);
  });

  it("tells why a script can't be used, and goes on with the usual names", async () => {
    for (const [start, kind] of [
      ["node -e 'x' server.js", "noFile"],
      ["next start", "notInstalled"],
      ['node "server.js', "unreadable"],
      ["node $(cat entry)", "needsShell"],
    ] as const) {
      const { entries, problems } = await findEntries(tempFolder(withScripts({ start }, { "server.js": "" })), {});
      assert.deepEqual(entries, [candidate({ entry: "server.js", why: "file name" })], start);
      assert.deepEqual(
        problems.map(({ script, text, reason }) => [script, text, reason.kind]),
        [["start", start, kind]],
      );
    }
  });

  it("takes the script for production when start builds or watches", async () => {
    const files = { "dist/main.js": "", "src/main.ts": "", "server.js": "" };
    const best = async (scripts: Files) => {
      const [first] = (await findEntries(tempFolder(withScripts(scripts, files)), {})).entries;
      return [first?.entry, first?.why];
    };
    const prod = "node dist/main";
    assert.deepEqual(await best({ start: "nest start", "start:prod": prod }), ["dist/main.js", "scripts.start:prod"]);
    assert.deepEqual(await best({ start: "nest start" }), ["dist/main.js", "scripts.start"]);
    assert.deepEqual(await best({ start: "nodemon server.js", "start:prod": prod }), [
      "dist/main.js",
      "scripts.start:prod",
    ]);
    assert.deepEqual(await best({ start: "node server.js", "start:prod": prod }), ["server.js", "scripts.start"]);
    assert.deepEqual(await best({ dev: "tsx watch src/main.ts" }), ["src/main.ts", "scripts.dev"]);
  });

  it("does not take the plugin of a framework for a program", async () => {
    const files = withScripts(
      { start: "fastify start -l info app.js" },
      {
        "app.js": "",
        "node_modules/fastify-cli/package.json": '{"bin":{"fastify":"cli.js"}}',
        "node_modules/fastify-cli/cli.js": "#!/usr/bin/env node\n",
      },
      { main: "app.js", dependencies: { "fastify-cli": "7" } },
    );
    assert.deepEqual(await entriesOf(files), ["node_modules/fastify-cli/cli.js"]);
  });

  it("finds the usual names, each once, what is built before its sources", async () => {
    const files = ["dist/main.js", "src/main.ts", "app.cjs", "index.js", "server.mts", "src/app.ts", "other.js"];
    assert.deepEqual(await entriesOf(Object.fromEntries(files.map((file) => [file, ""]))), [
      "server.mts",
      "app.cjs",
      "index.js",
      "dist/main.js",
      "src/app.ts",
      "src/main.ts",
    ]);
    assert.deepEqual(await entriesOf({ "package.json": '{"main":"./server.js"}', "server.js": "" }), ["server.js"]);
    assert.deepEqual(await entriesOf({ ".output/server/index.mjs": "", "app.ts": "" }), [
      ".output/server/index.mjs",
      "app.ts",
    ]);
    const kit = { "build/index.js": "", "build/handler.js": "", "src/app.ts": "" };
    assert.deepEqual(await entriesOf(kit), ["build/index.js", "src/app.ts"]);
    assert.deepEqual(await entriesOf({ "build/index.js": "", "server.js": "" }), ["server.js", "build/index.js"]);
    const standalone = { ".next/standalone/server.js": "", "server.js": "" };
    assert.deepEqual(await entriesOf(standalone), ["server.js"]);
    assert.deepEqual(await entriesOf({ ...standalone, ".next/standalone/.next/static/a.js": "" }), [
      ".next/standalone/server.js",
      "server.js",
    ]);
  });

  it("survives a package.json that is broken or odd, and files that are gone", async () => {
    assert.deepEqual(await entriesOf({ "package.json": "{", "app.js": "" }), ["app.js"]);
    assert.deepEqual(await entriesOf({ "package.json": '{"main":7,"scripts":[]}', "app.js": "" }), ["app.js"]);
    assert.deepEqual(await entriesOf({ "package.json": '{"main":"gone.js","scripts":{"start":"node gone"}}' }), []);
  });
});

describe("chooseEntry", () => {
  afterEach(removeTempFolders);

  const choose = (scripts: Files, files: Files) => chooseEntry(tempFolder(withScripts(scripts, files)), {});

  it("says what is run and what of the scripts is not used", async () => {
    const choice = await choose({ start: "tsc && node server.js | pino-pretty" }, { "server.js": "" });
    assert.equal(
      describeChoice(choice),
      'runs server.js, found by the script "start" of package.json; the output does not go through pino-pretty; tsc is not run',
    );
    const other = await choose({ start: "bash run.sh" }, { "server.js": "" });
    assert.equal(
      describeChoice(other),
      'runs server.js, found by its name; the script "start" (bash run.sh) can\'t be used: run.sh needs a shell',
    );
  });

  it("starts nothing else where the person can mend what the script needs", async () => {
    await assert.rejects(choose({ start: "node dist/main", build: "tsc" }, { "src/main.ts": "" }), {
      code: "entryNotFound",
      message:
        /"start" \(node dist\/main\) can't be used: dist\/main does not exist yet: build the app first\. Run "npm run build"/,
    });
    await assert.rejects(choose({ start: "next start" }, { "server.js": "", "pnpm-lock.yaml": "" }), {
      message: /next is not among the installed packages/,
    });
  });

  it("starts nothing without the protection that the script asks for", async () => {
    await assert.rejects(choose({ start: "node --permission $(cat flags) server.js" }, { "server.js": "" }), {
      code: "entryNotFound",
      message: /needs a shell/,
    });
  });

  it("names the script that can't be used when there is nothing else", async () => {
    await assert.rejects(choose({ start: "deno run server.ts" }, {}), { message: /deno is not Node\.js/ });
    await assert.rejects(chooseEntry(tempFolder({}), {}), { message: /no package\.json with a start script or main/ });
  });
});
