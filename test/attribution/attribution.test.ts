import assert from "node:assert/strict";
import type { CpuSample } from "../../src/shared/layers/sample.ts";
import { testedNodes } from "../support/process/nodeMatrix.ts";
import { describeOn } from "../support/process/scene.ts";
import type { TestApp } from "../support/process/testApp.ts";
import { expectations } from "./expectations.ts";
import { addPackages } from "./packages.ts";
import { recordResult, writeResults } from "./resultsPage.ts";

/** Of the time that was neither idle nor garbage collection. */
const leastShare = 0.7;

describeOn(testedNodes(), "the attribution of a CPU sample", (scene) => {
  let app: TestApp;
  before(async function () {
    this.timeout(300_000);
    app = await scene.runForAll({ fixture: "attribution", config: { workers: 1 }, prepare: addPackages });
  });

  it("has an expectation for each case", async () => {
    const known = (await (await fetch(`http://127.0.0.1:${app.port}/`)).json()) as string[];
    assert.deepEqual(known.sort(), Object.keys(expectations).sort());
  });

  for (const [name, wanted] of Object.entries(expectations)) {
    it(`${name} is ${wanted}`, async () => {
      await (await fetch(`http://127.0.0.1:${app.port}/?case=${encodeURIComponent(name)}`)).text();
      const sample = await app.client.request("layers/sample", { seconds: 1 });
      const shares = sharesOf(sample);
      const told = shares.map(([id, share]) => `${id} ${share.toFixed(2)}`).join(", ");
      const right = shares.find(([id]) => id === wanted)?.[1] ?? 0;
      const unsure = shares.filter(([id]) => id === "native" || id.startsWith("unsure"));
      const untold = unsure.reduce((sum, [, share]) => sum + share, 0);
      const verdict = right >= leastShare ? "right" : right + untold >= leastShare ? "untold" : "wrong";
      recordResult({ name, wanted, node: scene.node.major, verdict, shares });
      const busiest = sample.parts.flatMap(({ functions }) => functions.slice(0, 2).map((each) => each.name));
      assert.notEqual(verdict, "wrong", `${told} (${busiest.join(", ")})`);
    });
  }

  after(() => writeResults());
});

/** Largest first. */
function sharesOf({ parts }: CpuSample): (readonly [id: string, share: number])[] {
  const busy = parts.filter(({ kind }) => kind !== "idle" && kind !== "gc");
  const all = busy.reduce((sum, { share }) => sum + share, 0);
  return busy.map(({ id, share }) => [id, all === 0 ? 0 : share / all] as const).filter(([, share]) => share >= 0.01);
}
