import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { createKeptSamples } from "../../../src/extension/panel/sample/keptSample.ts";
import type { PanelWorker } from "../../../src/shared/layers/panelMessages.ts";
import { removeTempFolders, tempFolder } from "../client/tempFolder.ts";
import { sampleSample } from "../webview/fixtures.ts";

const { worker: sampled } = sampleSample();
const worker: PanelWorker = { ...sampled, state: "ready", unresponsive: false };

/** Resolves when the one that a former window has kept is read. */
async function reopened(folder: string) {
  let samples: ReturnType<typeof createKeptSamples> | undefined;
  await new Promise<void>((resolve) => {
    samples = createKeptSamples(folder, resolve);
  });
  return samples;
}

async function written(folder: string, profile: string): Promise<void> {
  const changes = watch(folder);
  const samples = createKeptSamples(folder, () => undefined);
  samples.keep({ app: "api", sample: sampleSample(), profile });
  assert.equal(samples.find("api", worker)?.profile, profile);
  const file = join(folder, "last-sample.json");
  while (!(existsSync(file) && readFileSync(file, "utf8").endsWith("}"))) {
    await once(changes, "change");
  }
  changes.close();
}

describe("the last sample of a window", () => {
  afterEach(removeTempFolders);

  it("is there after a reload, for the worker that it is of", async () => {
    const folder = tempFolder();
    await written(folder, "{}");
    const samples = await reopened(folder);
    assert.deepEqual(samples?.find("api", worker)?.sample, sampleSample());
    assert.equal(samples?.find("api", worker)?.profile, "{}");
    assert.equal(samples?.find("other", worker), undefined);
    assert.equal(samples?.find("api", { ...worker, pid: worker.pid + 1 }), undefined);
  });

  it("is kept without a profile that is too large", async () => {
    const folder = tempFolder();
    await written(folder, "x".repeat(8_000_000));
    const kept = (await reopened(folder))?.find("api", worker);
    assert.deepEqual(kept?.sample, sampleSample());
    assert.equal(kept?.profile, undefined);
  });

  it("is nothing where another version has kept something else, or there is no workspace", () => {
    const folder = tempFolder({ "last-sample.json": '{ "app": "api" }' });
    for (const where of [folder, undefined]) {
      assert.equal(createKeptSamples(where, () => assert.fail()).find("api", worker), undefined);
    }
  });
});
