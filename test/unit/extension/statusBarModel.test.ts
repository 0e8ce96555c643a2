import assert from "node:assert/strict";
import { unhealthyWorkers } from "../../../src/extension/apps/appView.ts";
import { projectStatus } from "../../../src/extension/views/statusBarModel.ts";
import { sampleFailure, sampleSnapshot, sampleWorker } from "../client/samples.ts";
import { sampleView, english as t } from "./fixtures.ts";

const crashing = sampleView({
  key: "b",
  name: "jobs",
  state: "crash-looping",
  snapshot: sampleSnapshot({ app: { state: "crash-looping", failure: sampleFailure() }, workers: [sampleWorker()] }),
});

describe("the status bar", () => {
  it("shows nothing without an app", () => {
    assert.equal(projectStatus([], t), undefined);
  });

  it("shows one app with its workers, and offers to reload it", () => {
    const model = projectStatus([sampleView()], t);
    assert.equal(model?.text, "$(server-process) api 2/2");
    assert.equal(model?.severity, "none");
    assert.equal(model?.action, "reload");
    assert.equal(model?.accessibilityLabel, "Hitless, api, running, 2 of 2 workers ready");
  });

  it("spins while it reloads", () => {
    const model = projectStatus([sampleView({ state: "reloading" })], t);
    assert.equal(model?.text, "$(sync~spin) api 2/2");
  });

  it("offers to start a stopped app", () => {
    const model = projectStatus([sampleView({ state: "stopped", snapshot: undefined })], t);
    assert.equal(model?.text, "$(server-process) api stopped");
    assert.equal(model?.action, "start");
  });

  it("is red when an app crash-loops", () => {
    const model = projectStatus([crashing], t);
    assert.equal(model?.text, "$(error) jobs 1/2");
    assert.equal(model?.severity, "error");
  });

  it("adds several apps up and takes the worst state", () => {
    const model = projectStatus([sampleView(), crashing], t);
    assert.equal(model?.text, "$(error) 2 apps · 3/4 workers");
    assert.match(model?.tooltip ?? "", /\*\*api\*\*.*\n.*\*\*jobs\*\*/);
    const { app } = sampleSnapshot();
    const one = sampleView({ snapshot: sampleSnapshot({ app: { ...app, desiredWorkers: 1 } }) });
    const stopped = sampleView({ state: "stopped", snapshot: undefined });
    assert.equal(projectStatus([one, stopped], t)?.text, "$(server-process) 2 apps · 1/1 worker");
  });

  it("lets no name become an icon", () => {
    assert.equal(projectStatus([sampleView({ name: "$(bug)" })], t)?.text, "$(server-process) $ (bug) 2/2");
  });
});

describe("the badge", () => {
  it("counts the workers that are missing or do not answer", () => {
    assert.equal(unhealthyWorkers(sampleView()), 0);
    assert.equal(unhealthyWorkers(crashing), 1);
    const stuck = sampleSnapshot({ workers: [sampleWorker({ health: "unresponsive" }), sampleWorker({ id: 2 })] });
    assert.equal(unhealthyWorkers(sampleView({ snapshot: stuck })), 1);
  });

  it("takes a reload and a start for healthy", () => {
    const snapshot = sampleSnapshot({ workers: [sampleWorker({ state: "starting" })] });
    assert.equal(unhealthyWorkers(sampleView({ state: "starting", snapshot })), 0);
    assert.equal(unhealthyWorkers(sampleView({ state: "reloading", snapshot })), 0);
  });
});
