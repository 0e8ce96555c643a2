import assert from "node:assert/strict";
import { resolve } from "node:path";
import { languageApp } from "../../../src/extension/language/languageState.ts";
import { createRestartWindow } from "../../../src/extension/language/restartWindow.ts";
import { parseLanguageState } from "../../../src/shared/language.ts";
import { sampleReport, sampleSnapshot } from "../client/samples.ts";
import { english, sampleView } from "./fixtures.ts";

const root = resolve("/srv/api");

function candidate(entry: string) {
  return { entry, why: "main", nodeArgs: [], args: [], env: {}, envFiles: [], notes: [] };
}

describe("what the language server is told of an app", () => {
  it("is what the message may hold", () => {
    const app = languageApp(sampleView(), undefined, english);
    assert.deepEqual(parseLanguageState({ trusted: true, apps: [app] }), { trusted: true, apps: [app] });
  });

  it("says how it is and what can be done", () => {
    const { snapshot } = sampleView();
    assert.ok(snapshot);
    const told = (changes: Parameters<typeof sampleView>[0]) => {
      const { status, startable, renewable, active } = languageApp(sampleView(changes), undefined, english);
      return [status, startable, renewable, active];
    };
    const [worker] = snapshot.workers;
    assert.ok(worker);
    const workers = (count: number, desiredWorkers: number) => ({
      snapshot: {
        ...snapshot,
        app: { ...snapshot.app, desiredWorkers },
        workers: Array.from({ length: count }, (_, id) => ({ ...worker, id, state: "ready" as const })),
      },
    });
    assert.deepEqual(told(workers(2, 2)), ["running · 2 workers", false, true, true]);
    assert.deepEqual(told(workers(1, 1)), ["running · 1 worker", false, true, true]);
    assert.deepEqual(told({ ...workers(1, 2), state: "degraded" }), ["degraded · 1 of 2 workers", false, true, true]);
    assert.deepEqual(told({ state: "stopped", snapshot: undefined }), ["stopped", true, false, false]);
    assert.deepEqual(told({ ...workers(2, 2), state: "stopping" }), ["stopping · 2 workers", false, false, true]);
    assert.deepEqual(told({ state: "invalid", snapshot: undefined }), ["wrong settings", false, false, false]);
  });

  it("names its entry as written, as found, and as it runs", () => {
    const stopped = sampleView({ root, state: "stopped", snapshot: undefined });
    const entries = (definition: Parameters<typeof languageApp>[1], view = stopped) =>
      languageApp(view, definition, english).entries;
    assert.deepEqual(entries({ base: root, config: { entry: "src/a.js" }, entries: [] }), [resolve(root, "src/a.js")]);
    assert.deepEqual(entries({ base: root, config: {}, entries: [candidate("b.js"), candidate("c.js")] }), [
      resolve(root, "b.js"),
    ]);
    assert.deepEqual(entries(undefined), []);
    const running = sampleView();
    assert.deepEqual(entries(undefined, running), [running.snapshot?.app.entry]);
  });

  it("has the settings that rules look at", () => {
    const view = sampleView({ root, state: "stopped", snapshot: undefined });
    const told = (config: object) => {
      const { workers, drainTimeout, gracefulReload } = languageApp(view, { base: root, config, entries: [] }, english);
      return [workers, drainTimeout, gracefulReload];
    };
    assert.deepEqual(told({}), [2, 30_000, false]);
    assert.deepEqual(told({ workers: 5, drainTimeout: 10 }), [5, 10, false]);
    assert.deepEqual(told({ workers: "max" }), [undefined, 30_000, false]);
    const renewed = sampleView({ reports: [sampleReport(), sampleReport({ kind: "gracefulReload" })] });
    assert.equal(languageApp(renewed, undefined, english).gracefulReload, true);
    const running = sampleView({ snapshot: sampleSnapshot() });
    assert.equal(languageApp(running, undefined, english).workers, running.snapshot?.app.desiredWorkers);
  });
});

describe("the restarts of the language server", () => {
  it("end with the fifth crash within the window, and a person can begin anew", () => {
    let time = 0;
    const window = createRestartWindow({ restarts: 4, windowMs: 100, now: () => time });
    const crashes = (count: number) => Array.from({ length: count }, () => window.crashed());
    assert.deepEqual(crashes(5), [true, true, true, true, false]);
    window.forget();
    assert.deepEqual(crashes(4), [true, true, true, true]);
    time = 99;
    assert.equal(window.crashed(), false);
    time = 100;
    assert.equal(window.crashed(), true);
  });
});
