import assert from "node:assert/strict";
import { contributes } from "../../../scripts/generate/manifest/contributes.ts";
import type { AppViewState } from "../../../src/extension/apps/appView.ts";
import { taskStep } from "../../../src/extension/tasks/taskLines.ts";
import { sampleFailure, sampleSnapshot } from "../client/samples.ts";
import { sampleView } from "./fixtures.ts";

const [matcher] = contributes.problemMatchers;

/** The lines of a task whose app goes through these states, and how it ends. */
function run(states: readonly AppViewState[], failure = sampleFailure()) {
  let before: AppViewState | undefined;
  const lines: string[] = [];
  let ends: number | undefined;
  for (const state of states) {
    const snapshot = sampleSnapshot({ app: { failure } });
    const step = taskStep(sampleView({ state, snapshot }), before);
    before = state;
    lines.push(...step.lines);
    ends ??= step.ends;
  }
  return { lines, ends };
}

describe("a task that starts an app", () => {
  it("begins and is ready in the eyes of its problem matcher", () => {
    const { lines, ends } = run(["stopped", "starting", "running", "reloading", "running"]);
    assert.deepEqual(lines.slice(0, 2), ["[hitless] starting api", "[hitless] ready http://127.0.0.1:3000"]);
    assert.match(lines[0] ?? "", new RegExp(matcher?.background.beginsPattern ?? "^$"));
    assert.match(lines[1] ?? "", new RegExp(matcher?.background.endsPattern ?? "^$"));
    assert.equal(ends, undefined);
  });

  it("is ready at once when the app runs already", () => {
    assert.deepEqual(run(["running"]).lines, ["[hitless] starting api", "[hitless] ready http://127.0.0.1:3000"]);
  });

  it("names the line at which a start failed, as a problem, and ends with 1", () => {
    const failure = sampleFailure({ message: "Error: no", location: { file: "/srv/my app/server.js", line: 7 } });
    const { lines, ends } = run(["starting", "failed"], failure);
    const [, file, line, severity, message] = new RegExp(matcher?.pattern.regexp ?? "").exec(lines[1] ?? "") ?? [];
    assert.deepEqual([file, line, severity, message], ["/srv/my app/server.js", "7", "error", "Error: no"]);
    assert.match(lines[2] ?? "", new RegExp(matcher?.background.endsPattern ?? "^$"));
    assert.equal(ends, 1);
  });

  it("ends with 0 when the app is stopped, and goes on while it crash-loops, since it can be mended", () => {
    assert.equal(run(["starting", "running", "stopping", "stopped"]).ends, 0);
    assert.equal(run(["starting", "crash-looping"]).ends, undefined);
  });
});
