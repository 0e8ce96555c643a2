import assert from "node:assert/strict";
import { passedOn, workerConfiguration } from "../../../src/extension/debug/debugConfiguration.ts";
import { emptyAnswer, tellsOfPause } from "../../../src/extension/debug/debugMessages.ts";

const worker = { name: "worker 1", url: "ws://127.0.0.1:1/x", root: "/srv/api", ownFiles: ["/ext/dist/**"] };
const own = { type: "hitless", request: "launch", name: "api", app: "api" };

describe("the configuration by which a worker is debugged", () => {
  it("attaches to the worker alone, and leaves out what is Hitless's", () => {
    assert.deepEqual(workerConfiguration({ ...own, worker: 1, preLaunchTask: "build" }, worker), {
      type: "node",
      request: "attach",
      name: "worker 1",
      websocketAddress: "ws://127.0.0.1:1/x",
      cwd: "/srv/api",
      restart: false,
      autoAttachChildProcesses: false,
      attachExistingChildren: false,
      continueOnAttach: true,
      skipFiles: ["<node_internals>/**", "/ext/dist/**"],
    });
  });

  it("finds the files of another machine in a folder here, unless the person names one", () => {
    const there = { ...worker, localRoot: "/home/ada/api" };
    const made = workerConfiguration(own, there);
    assert.deepEqual([made.localRoot, made.remoteRoot, made.cwd], ["/home/ada/api", "/srv/api", "/home/ada/api"]);
    assert.equal(workerConfiguration({ ...own, localRoot: "/work/api" }, there).localRoot, "/work/api");
    assert.ok(!("localRoot" in workerConfiguration(own, worker)));
  });

  it("passes on what means something to the debugger of JavaScript, and stops at the first line if that is wanted", () => {
    const outFiles = ["/srv/api/build/**/*.js"];
    const given = { ...own, stopOnEntry: true, skipFiles: ["**/lib/**"], outFiles, smartStep: false };
    const made = workerConfiguration(given, worker);
    assert.deepEqual(
      [made.continueOnAttach, made.skipFiles, made.outFiles, made.smartStep],
      [false, ["**/lib/**", "/ext/dist/**"], outFiles, false],
    );
    const all = Object.fromEntries(passedOn.map((name) => [name, name === "skipFiles" ? [] : name]));
    const passed = workerConfiguration({ ...own, ...all }, worker);
    for (const name of passedOn.filter((option) => option !== "skipFiles")) {
      assert.equal(passed[name], name);
    }
  });
});

describe("the debug session of an app", () => {
  it("has no breakpoint and no thread of its own", () => {
    const request = (command: string, given: object = {}) =>
      emptyAnswer({ seq: 1, type: "request", command, arguments: { ...given } });
    assert.deepEqual(request("setBreakpoints", { breakpoints: [{ line: 1 }, { line: 2 }] }), {
      breakpoints: [{ verified: false }, { verified: false }],
    });
    assert.deepEqual(request("setBreakpoints"), { breakpoints: [] });
    assert.deepEqual(request("threads"), { threads: [] });
    assert.deepEqual(request("configurationDone"), {});
  });

  it("hears of a worker that it has stopped or goes on, and of nothing else", () => {
    assert.ok(tellsOfPause({ type: "event", event: "stopped" }));
    assert.ok(tellsOfPause({ type: "event", event: "continued" }));
    for (const other of [
      { type: "event", event: "output" },
      { type: "response", command: "stopped" },
      null,
      "stopped",
    ]) {
      assert.equal(tellsOfPause(other), false);
    }
  });
});
