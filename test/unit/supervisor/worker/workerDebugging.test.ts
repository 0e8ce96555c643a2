import assert from "node:assert/strict";
import { mock } from "node:test";
import { createEmitter } from "../../../../src/shared/basics/emitter.ts";
import type { WorkerInspector } from "../../../../src/supervisor/inspector/workerInspector.ts";
import { describePause, WorkerDebugging } from "../../../../src/supervisor/worker/workerDebugging.ts";

describe("a worker that waits for a debugger", () => {
  let heard: string[] = [];
  let debugging: WorkerDebugging;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    heard = [];
    const changes = createEmitter<void>();
    const inspector: WorkerInspector = {
      url: undefined,
      isOurs: false,
      open: () => Promise.reject(new Error("closed")),
      expectOurs: () => undefined,
      countOwn: () => undefined,
      closed: () => undefined,
      onDidChange: changes.on,
      onDidLeave: changes.on,
      filter: (text) => text,
    };
    debugging = new WorkerDebugging({
      pid: 1,
      inspector,
      send: () => true,
      opensBySignal: () => false,
      seenAt: () => 0,
      opensItself: false,
      changed: (pause) => heard.push(describePause(pause) ?? "goes on"),
      inspectorChanged: () => undefined,
      late: () => heard.push("late"),
    });
  });

  afterEach(() => mock.reset());

  it("does so for its time, and not longer when the debugger has come", () => {
    debugging.waits(true, 10_000);
    mock.timers.tick(9_999);
    assert.deepEqual(heard, ["waits for a debugger before its first line"]);
    mock.timers.tick(1);
    assert.deepEqual(heard.slice(1), ["late"]);
    debugging.waits(false);
    assert.deepEqual(heard.slice(2), ["goes on"]);
    debugging.waits(true, 10_000);
    debugging.waits(false);
    mock.timers.tick(60_000);
    assert.equal(heard.filter((what) => what === "late").length, 1);
  });

  it("does so without end where its own flags say so", () => {
    debugging.waits(true);
    mock.timers.tick(3_600_000);
    assert.deepEqual(heard, ["waits for a debugger before its first line"]);
  });

  it("has no deadline over while it waits, unless the app is to end", async () => {
    const act = (): void => void heard.push("over");
    debugging.unlessPaused(act);
    assert.deepEqual(heard, ["over"]);
    debugging.waits(true);
    debugging.unlessPaused(act);
    await new Promise(setImmediate);
    assert.equal(heard.filter((what) => what === "over").length, 1);
    debugging.ignorePauses();
    debugging.unlessPaused(act);
    assert.equal(heard.filter((what) => what === "over").length, 2);
  });

  it("says why it can't be debugged when it neither reads nor is opened by the signal", async () => {
    const begun = debugging.begin();
    mock.timers.tick(1_000);
    await assert.rejects(begun, /does not read what it is sent/);
  });
});
