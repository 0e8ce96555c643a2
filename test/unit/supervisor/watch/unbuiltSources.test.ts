import assert from "node:assert/strict";
import { loadsTypeScript, UnbuiltSources } from "../../../../src/supervisor/watch/unbuiltSources.ts";

describe("UnbuiltSources", () => {
  let told: (string | undefined)[] = [];
  let changed: () => void = () => undefined;
  const create = (patienceMs: number) => {
    told = [];
    const unbuilt: UnbuiltSources = new UnbuiltSources({
      changed: () => {
        told.push(unbuilt.problem);
        changed();
      },
      patienceMs,
    });
    return unbuilt;
  };

  it("tells of a source that nothing has built, until something does", async () => {
    const unbuilt = create(1);
    const patienceIsOver = new Promise<void>((resolve) => {
      changed = resolve;
    });
    unbuilt.saved("src/app.ts", "dist/main.js");
    await patienceIsOver;
    assert.match(unbuilt.problem ?? "", /^src\/app\.ts was saved, but the app runs dist\/main\.js, .* set preReload/);
    unbuilt.built();
    assert.deepEqual([told.length, told[1]], [2, undefined]);
  });

  it("says nothing where a build comes in time, or nobody watches any more", () => {
    const unbuilt = create(600_000);
    unbuilt.saved("src/app.ts", "dist/main.js");
    unbuilt.built();
    unbuilt.saved("src/app.ts", "dist/main.js");
    unbuilt.forget();
    assert.deepEqual(told, []);
  });

  it("knows the loaders with which JavaScript loads TypeScript", () => {
    assert.equal(loadsTypeScript({ nodeArgs: ["--import", "tsx"], env: {} }), true);
    assert.equal(loadsTypeScript({ nodeArgs: [], env: { NODE_OPTIONS: "-r ts-node/register" } }), true);
    assert.equal(loadsTypeScript({ nodeArgs: ["--enable-source-maps"], env: {} }), false);
  });
});
