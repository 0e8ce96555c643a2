import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createWatchRules, type WatchRulesOptions } from "../../../../src/supervisor/watch/watchRules.ts";

describe("watchRules", () => {
  let top: string;

  beforeEach(() => {
    top = realpathSync(mkdtempSync(join(tmpdir(), "hitless-rules-")));
  });

  afterEach(() => rmSync(top, { recursive: true, force: true, maxRetries: 5 }));

  function write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(top, name)), { recursive: true });
      writeFileSync(join(top, name), text);
    }
  }

  /** Which of the files count, as chokidar would find them: no folder above one may be left out. */
  function counted(files: readonly string[], options: Partial<WatchRulesOptions> = {}, root = top): string[] {
    write(Object.fromEntries(files.map((file) => [file, ""])));
    const rules = createWatchRules({ root, entry: join(root, "server.js"), ...options });
    const isReached = (folder: string): boolean =>
      rules.roots.includes(folder) ||
      (folder !== dirname(folder) && isReached(dirname(folder)) && !rules.ignores(folder, true));
    return files.filter((name) => {
      const file = join(top, name);
      return (rules.roots.includes(file) || isReached(dirname(file))) && rules.concerns(file);
    });
  }

  it("tell sources from what is built of them and runs", () => {
    write({ "tsconfig.json": "{}", ".gitignore": "lib\n", ".git/HEAD": "" });
    const told = (entry: string, options: Partial<WatchRulesOptions> = {}) => {
      const rules = createWatchRules({ root: top, entry: join(top, entry), ...options });
      const files = ["src/app.ts", "src/view.ejs", "dist/main.js", "dist/main.d.ts", "lib/main.js", ".env"];
      return files.map((file) =>
        rules.isSource(join(top, file)) ? "source" : rules.isOutput(join(top, file)) ? "output" : "other",
      );
    };
    const others = ["other", "other", "other", "other", "other", "other"];
    assert.deepEqual(told("dist/main.js"), ["source", "other", "output", "output", "other", "other"]);
    assert.deepEqual(told("lib/main.js"), ["source", "other", "other", "source", "output", "other"]);
    for (const entry of ["src/main.ts", "server.js", "dist/main.ts", "node_modules/x/dist/cli.js", "../dist/main.js"]) {
      assert.deepEqual(told(entry), others, entry);
    }
    assert.deepEqual(told("dist/main.js", { include: ["src/**"] }), others);
  });

  it("leave out what the supervisor writes itself, and what it puts aside", () => {
    const files = ["server.js", "logs/app.json", "logs/app.json.1", "logs/app.json.2.gz", "logs/other.json"];
    const logs = [join(top, "logs/app.json")];
    assert.deepEqual(counted(files, { logs }), ["server.js", "logs/other.json"]);
    assert.deepEqual(counted(files, { logs, include: ["**"] }), ["server.js", "logs/other.json"]);
  });

  it("count code, settings and templates, and leave packages, repositories and editors' scratch files out", () => {
    const own = ["server.js", "lib/a.mts", "data.json", "views/page.ejs", ".env", ".env.local", "UPPER.JS"];
    const foreign = [
      "node_modules/x/index.js",
      "lib/node_modules/x/index.js",
      ".git/config.json",
      "app.log",
      "picture.png",
      "lib/.a.mts.swp",
      "lib/a.mts~",
      "lib/.#a.js",
      "lib/4913",
      "lib/a.js___jb_tmp___",
    ];
    assert.deepEqual(counted([...own, ...foreign]), own);
  });

  it("respect .gitignore of the folder, above it up to the repository, and below it", () => {
    write({
      ".git/HEAD": "",
      ".git/info/exclude": "secret.json\n",
      ".gitignore": "out/\n*.gen.js\n!keep.gen.js\n/app/only-here.js\n",
      "app/sub/.gitignore": "local.js\n",
    });
    const files = [
      "app/server.js",
      "app/out/a.js",
      "app/a.gen.js",
      "app/keep.gen.js",
      "app/only-here.js",
      "app/deep/only-here.js",
      "app/secret.json",
      "app/sub/local.js",
      "app/sub/other.js",
      "app/local.js",
    ];
    assert.deepEqual(counted(files, {}, join(top, "app")), [
      "app/server.js",
      "app/keep.gen.js",
      "app/deep/only-here.js",
      "app/sub/other.js",
      "app/local.js",
    ]);
  });

  it("read nothing of a .gitignore above the folder where there is no repository", () => {
    write({ ".gitignore": "*.js\n" });
    assert.deepEqual(counted(["app/server.js"], {}, join(top, "app")), ["app/server.js"]);
  });

  it("count the folder of the entry though git ignores it, and though it is elsewhere", () => {
    write({ ".git/HEAD": "", ".gitignore": "dist\nbuild\n.env\n" });
    const files = ["dist/main.js", "dist/lib/a.js", "dist/node_modules/x.js", "build/x.js", "src/a.ts", ".env"];
    const expected = ["dist/main.js", "dist/lib/a.js", "src/a.ts", ".env"];
    assert.deepEqual(counted(files, { entry: join(top, "dist/main.js") }), expected);
    const elsewhere = ["app/a.js", "other/main.js", "other/b.js", "third/c.js"];
    const entry = join(top, "other/main.js");
    assert.deepEqual(counted(elsewhere, { entry }, join(top, "app")), ["app/a.js", "other/main.js", "other/b.js"]);
  });

  it("count named files wherever they are and whatever their name", () => {
    write({ ".git/HEAD": "", ".gitignore": "config\n" });
    const files = ["app/server.js", "config/vars.txt", "config/other.txt"];
    const named = { files: [join(top, "config/vars.txt")] };
    assert.deepEqual(counted(files, named, join(top, "app")), ["app/server.js", "config/vars.txt"]);
  });

  it("take include in place of the usual kinds, also above the folder and where git ignores", () => {
    write({ ".git/HEAD": "", ".gitignore": "generated\n" });
    const files = ["app/server.js", "app/a.txt", "app/deep/b.txt", "shared/c.ts", "shared/d.md", "app/generated/e.js"];
    const count = (include: string[]) => counted(files, { include }, join(top, "app"));
    assert.deepEqual(count(["*.txt"]), ["app/server.js", "app/a.txt", "app/deep/b.txt"]);
    assert.deepEqual(count(["/*.txt"]), ["app/server.js", "app/a.txt"]);
    assert.deepEqual(count(["../shared/**/*.ts"]), ["app/server.js", "shared/c.ts"]);
    assert.deepEqual(count(["../shared"]), ["app/server.js", "shared/c.ts", "shared/d.md"]);
    assert.deepEqual(count(["generated"]), ["app/server.js", "app/generated/e.js"]);
  });

  it("let exclude win over all the rest", () => {
    const files = ["server.js", "db/data.json", "db/deep/x.js", ".env", "a.json"];
    assert.deepEqual(counted(files, { exclude: ["db", ".env"] }), ["server.js", "a.json"]);
    assert.deepEqual(counted(files, { exclude: ["*.json"], include: ["*"] }), ["server.js", "db/deep/x.js", ".env"]);
  });

  it("say where git holds its lock", () => {
    assert.equal(createWatchRules({ root: top, entry: join(top, "a.js") }).gitLock, undefined);
    write({ ".git/HEAD": "", "app/a.js": "" });
    const { gitLock } = createWatchRules({ root: join(top, "app"), entry: join(top, "app/a.js") });
    assert.equal(gitLock, join(top, ".git", "index.lock"));
  });
});
