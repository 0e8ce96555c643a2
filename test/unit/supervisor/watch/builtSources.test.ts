import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { BuiltSources } from "../../../../src/supervisor/watch/builtSources.ts";
import { createWatchRules } from "../../../../src/supervisor/watch/watchRules.ts";

describe("BuiltSources", () => {
  let root: string;
  let sources: BuiltSources;
  /** Epoch milliseconds of the next write; what is built can't be older than it really is. */
  let time: number;

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "hitless-built-")));
    sources = new BuiltSources();
    time = Date.now() + 60_000;
    write({ "tsconfig.json": "{}", "src/main.ts": "one", "src/lib/index.ts": "one", "src/unused.ts": "one" });
    write({ "dist/main.js": "", "dist/lib/index.js": "" });
  });

  afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

  function write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const file = join(root, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      time += 1_000;
      utimesSync(file, time / 1_000, time / 1_000);
    }
  }

  const changed = (startedAt = time, entry = "dist/main.js") => {
    const rules = createWatchRules({ root, entry: join(root, entry) });
    return sources.changed({ rules, root, entry: join(root, entry), startedAt });
  };

  it("are told where they are newer than all that was built and hold something else, until they are built", async () => {
    assert.equal(await changed(), undefined);
    write({ "src/main.ts": "two" });
    assert.equal(await changed(), "src/main.ts");
    write({ "src/lib/index.ts": "two" });
    assert.equal(await changed(), "src/lib/index.ts");
    write({ "dist/lib/index.js": "" });
    assert.equal(await changed(), undefined);
    write({ "src/main.ts": "three" });
    assert.equal(await changed(), "src/main.ts");
    write({ "src/main.ts": "two" });
    assert.equal(await changed(), undefined);
  });

  it("are those that were written since the start where nobody has looked before, and stay so", async () => {
    const startedAt = time;
    write({ "src/main.ts": "two" });
    assert.equal(await changed(startedAt), "src/main.ts");
    assert.equal(await changed(time), "src/main.ts");
    write({ "dist/main.js": "" });
    assert.equal(await changed(), undefined);
    write({ "src/main.ts": "two" });
    assert.equal(await changed(), undefined);
  });

  it("are none that were only saved, laid out anew or commented, nor any of unknown age", async () => {
    write({ "src/lib/index.ts": "half done" });
    assert.equal(await changed(), undefined);
    write({ "src/lib/index.ts": "half  done\n", "src/main.ts": "// why\n  one\n/* because\n * of it */" });
    assert.equal(await changed(), undefined);
  });

  it("are none that are tests, types or no part of what was built, and all that a bundle or its map names", async () => {
    write({ "dist/main.spec.js": "", "dist/test/main.js": "" });
    write({ "src/main.spec.ts": "one", "test/main.ts": "one", "src/types.d.ts": "one", "vite.config.ts": "one" });
    write({ "dist/main.js": "" });
    assert.equal(await changed(), undefined);
    write({ "src/main.spec.ts": "two", "test/main.ts": "two", "src/types.d.ts": "two", "vite.config.ts": "two" });
    write({ "src/unused.ts": "two", "client/main.ts": "two" });
    assert.equal(await changed(), undefined);
    write({ "dist/main.js.map": '{"sources":["../src/main.ts","../src/unused.ts"]}' });
    assert.equal(await changed(), "src/unused.ts");
  });

  it("are not told of where all were copied there later than what was built", async () => {
    const startedAt = time;
    write({ "dist/main.js": "two" });
    write({ "src/main.ts": "two", "src/lib/index.ts": "two", "src/unused.ts": "two" });
    assert.equal(await changed(startedAt), undefined);
  });

  it("are none of an app that runs what people write", async () => {
    write({ "src/server.js": "one" });
    assert.equal(await changed(0, "src/server.js"), undefined);
  });
});
