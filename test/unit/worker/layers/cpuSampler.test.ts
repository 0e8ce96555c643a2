import assert from "node:assert/strict";
import { createCpuSampler } from "../../../../src/worker/layers/sample/cpuSampler.ts";

const properties = { platform: process.platform, threadCpuUsage: Reflect.get(process, "threadCpuUsage") };

function set(name: keyof typeof properties, value: unknown): void {
  Object.defineProperty(process, name, { value, configurable: true, writable: true });
}

describe("a CPU sampler where nothing tells the CPU time of a thread", () => {
  beforeEach(() => set("threadCpuUsage", undefined));

  afterEach(() => {
    for (const name of ["platform", "threadCpuUsage"] as const) {
      set(name, properties[name]);
    }
  });

  // How long the loop waited says nothing where the profiler's signals end each waiting.
  for (const [platform, tellsLoop] of [
    ["win32", true],
    ["darwin", false],
  ] as const) {
    it(`tells that of the process, and on ${platform} ${tellsLoop ? "" : "not "}how long the loop waited`, async () => {
      set("platform", platform);
      const sampler = createCpuSampler({ folder: import.meta.dirname, nodeOptions: "" });
      const sample = await sampler.sample(0.1, false);
      assert.equal(sample.thread, undefined);
      assert.ok(sample.processMs !== undefined && sample.processMs >= 0);
      assert.equal(sample.loopIdleMs !== undefined, tellsLoop);
    });
  }

  it("tells that of the thread where the system does", async function () {
    if (process.platform !== "linux") {
      this.skip();
    }
    const sample = await createCpuSampler({ folder: import.meta.dirname, nodeOptions: "" }).sample(0.1, false);
    assert.notEqual(sample.thread, undefined);
    assert.equal(sample.processMs, undefined);
  });
});
