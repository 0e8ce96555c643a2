import assert from "node:assert/strict";
import { mostOpenFiles } from "../../../src/supervisor/traffic/openFileLimit.ts";
import { sharedAddons } from "../../../src/worker/layers/modules/sharedAddons.ts";

/** On another system that is told to be Windows; what runs on Windows itself is in docs/windows.md. */
describe("on Windows", () => {
  const { platform } = process;
  const { getReport } = process.report;

  beforeEach(() => Object.defineProperty(process, "platform", { value: "win32", configurable: true }));

  afterEach(() => {
    Object.defineProperty(process, "platform", { value: platform, configurable: true });
    process.report.getReport = getReport;
  });

  it("no diagnostic report is made, which blocks the process for seconds", () => {
    let reports = 0;
    process.report.getReport = () => {
      reports += 1;
      return {};
    };
    assert.deepEqual([mostOpenFiles(), sharedAddons(), reports], [Number.POSITIVE_INFINITY, [], 0]);
  });
});
