import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { originalPlace } from "../../../../src/supervisor/inspector/originalPlace.ts";

/** Line 1 of the script is line 3 of the source. */
const map = { version: 3, sources: ["../src/server.ts"], names: [], mappings: "AAEA" };

describe("the place that a person wrote", () => {
  let folder = "";

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "hitless-place-")));
    mkdirSync(join(folder, "dist"));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const at = (sourceMapUrl: string) =>
    originalPlace({ url: pathToFileURL(join(folder, "dist", "server.js")).href, line: 0, column: 0, sourceMapUrl });

  it("is found by a map beside the script, and by one in it", () => {
    const original = { file: join(folder, "src", "server.ts"), line: 3 };
    writeFileSync(join(folder, "dist", "server.js.map"), JSON.stringify(map));
    assert.deepEqual(at("server.js.map"), original);
    const text = JSON.stringify(map);
    assert.deepEqual(at(`data:application/json;base64,${Buffer.from(text).toString("base64")}`), original);
    assert.deepEqual(at(`data:application/json,${encodeURIComponent(text)}`), original);
    const rooted = JSON.stringify({ ...map, sourceRoot: "..", sources: ["src/server.ts"] });
    assert.deepEqual(at(`data:application/json,${encodeURIComponent(rooted)}`), original);
  });

  it("is the script's own line where there is no map, or none that can be read", () => {
    const own = { file: join(folder, "dist", "server.js"), line: 1 };
    writeFileSync(join(folder, "dist", "broken.map"), "{");
    for (const url of [
      "",
      "missing.map",
      "broken.map",
      "https://example.com/server.js.map",
      "data:application/json,5",
    ]) {
      assert.deepEqual(at(url), own, url);
    }
  });
});
