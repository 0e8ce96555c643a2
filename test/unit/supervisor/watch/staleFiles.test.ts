import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { StaleFiles } from "../../../../src/supervisor/watch/staleFiles.ts";
import { createWatchRules } from "../../../../src/supervisor/watch/watchRules.ts";

describe("StaleFiles", () => {
  let root: string;
  let files: StaleFiles;

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "hitless-stale-")));
    files = new StaleFiles();
  });

  afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

  function write(name: string, text: string): void {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }

  const future = () => Date.now() + 60_000;
  const look = async (generation: number, startedAt = future()) => {
    const rules = createWatchRules({ root, entry: join(root, "server.js") });
    const stale = await files.look({ rules, root, generation, startedAt });
    return stale.map(({ file, change }) => `${file} ${change}`);
  };

  it("are those that were changed, added and removed since the first look, among those that count", async () => {
    for (const name of ["server.js", "lib/a.js", "lib/b.js", "notes.md", "node_modules/x/index.js"]) {
      write(name, "one");
    }
    assert.deepEqual(await look(1), []);
    write("server.js", "two");
    write("lib/c.js", "");
    rmSync(join(root, "lib/b.js"));
    write("notes.md", "two");
    write("node_modules/x/index.js", "two");
    assert.deepEqual(await look(1), ["lib/b.js removed", "lib/c.js added", "server.js changed"]);
    assert.deepEqual(await look(2), []);
  });

  it("are none that hold what they held, however often they were written", async () => {
    write("server.js", "one");
    assert.deepEqual(await look(1), []);
    write("server.js", "two");
    assert.deepEqual(await look(1), ["server.js changed"]);
    write("server.js", "one");
    utimesSync(join(root, "server.js"), new Date(), new Date(future()));
    assert.deepEqual(await look(1), []);
  });

  it("are none that are as they were committed, though nobody has looked before they were changed and put back", async () => {
    const git = (...words: string[]) =>
      execFileSync(
        "git",
        ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", ...words],
        { cwd: root },
      );
    git("init", "-q");
    for (const name of ["server.js", "lib/a [1].js", "b.js"]) {
      write(name, "one");
    }
    git("add", ".");
    git("commit", "-q", "-m", "one");
    const commit = git("rev-parse", "HEAD").toString().trim();
    write("b.js", "two");
    write("new.js", "one");
    const rules = createWatchRules({ root, entry: join(root, "server.js") });
    const look = async () =>
      (await files.look({ rules, root, generation: 1, startedAt: 0, commit })).map(({ file }) => file);
    assert.deepEqual(await look(), ["b.js", "new.js"]);
    write("b.js", "one");
    write("server.js", "two");
    assert.deepEqual(await look(), ["new.js", "server.js"]);
  });

  it("are those that were written since the start when nobody has looked before", async () => {
    write("server.js", "one");
    assert.deepEqual(await look(1, 0), ["server.js changed"]);
  });
});
