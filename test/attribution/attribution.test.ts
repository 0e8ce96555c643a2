import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CpuSample } from "../../src/shared/layers/sample.ts";
import { projectRoot } from "../support/paths.ts";
import { nodeProgramOf, testedNodes } from "../support/process/nodeMatrix.ts";
import { again } from "./again.ts";
import { addBuiltFiles } from "./builtFiles.ts";
import { control, controlPlaces } from "./control.ts";
import { expectations } from "./expectations.ts";
import { fresh } from "./fresh.ts";
import { heldOut } from "./heldOut.ts";
import { hostile, hostilePlaces } from "./hostile.ts";
import { measuredByPerf } from "./measured.ts";
import { outside } from "./outside.ts";
import { addPackages } from "./packages.ts";
import { recordResult, writeResults } from "./resultsPage.ts";
import { type SampledProcess, startSampled } from "./sampledProcess.ts";
import { final, last, places, unseen } from "./unseen.ts";

/** Of the time that was neither idle nor garbage collection. */
const leastShare = 0.7;

const all: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.entries(expectations).map(([name, part]) => [name, [part]])),
  ...heldOut,
  ...fresh,
  ...unseen,
  ...last,
  ...final,
  ...outside,
  ...again,
  ...hostile,
  ...control,
};

/** Each in a process of its own, as apps are. */
const alone = { ...hostile, ...control };

for (const node of testedNodes()) {
  describe(`the attribution of a CPU sample (Node ${node.major})`, () => {
    const folder = join(tmpdir(), `hitless-attribution-${process.pid}-${node.major}`);
    let app: SampledProcess;
    let program = "";
    /** The first part's share of the time of cases that are of two parts, as measured without a profiler. */
    let measured: Readonly<Record<string, number>> = {};
    before(async function () {
      this.timeout(300_000);
      cpSync(join(projectRoot, "test", "fixtures", "attribution"), folder, { recursive: true });
      addPackages(folder);
      addBuiltFiles(folder);
      program = await nodeProgramOf(node);
      const { stdout } = await promisify(execFile)(program, [join(folder, "truth.js")], { timeout: 120_000 });
      measured = JSON.parse(stdout) as typeof measured;
      app = await startSampled(folder, program);
    });

    const sampleAlone = async (name: string): Promise<CpuSample> => {
      const only = await startSampled(folder, program, name);
      try {
        return await only.sample(name);
      } finally {
        only.end();
      }
    };

    it("has an expectation for each case", () => {
      assert.deepEqual([...app.cases].sort(), Object.keys(all).sort());
    });

    for (const [name, wanted] of Object.entries(all)) {
      it(`${name} is ${wanted.join(" or ")}`, async () => {
        const sample = name in alone ? await sampleAlone(name) : await app.sample(name);
        const shares = sharesOf(sample, wanted);
        const told = shares.map(([id, share]) => `${id} ${share.toFixed(2)}`).join(", ");
        const shareOf = (id: string): number => shares.find(([each]) => each === id)?.[1] ?? 0;
        const truth = measured[name];
        const [first, second] = twoPartsOf(wanted);
        const parts = measuredByPerf[name];
        const agreed =
          parts !== undefined
            ? Object.entries(parts).reduce((sum, [id, share]) => sum + Math.min(share, shareOf(id)), 0)
            : truth === undefined
              ? wanted.reduce((sum, id) => sum + shareOf(id), 0)
              : Math.min(shareOf(first), truth) +
                Math.min(second === rest ? 1 - shareOf(first) : shareOf(second), 1 - truth);
        const unsure = shares.filter(([id]) => id === "native" || id === "idleOrLoop" || id.startsWith("unsure"));
        const untold = unsure.reduce((sum, [, share]) => sum + share, 0);
        const place = places[name] ?? hostilePlaces[name] ?? controlPlaces[name];
        const shown = placeOf(sample);
        const isThere = place === undefined || shown.endsWith(place);
        const verdict =
          agreed >= leastShare && isThere ? "right" : agreed + untold >= leastShare && isThere ? "untold" : "wrong";
        recordResult({
          name,
          wanted,
          node: node.version,
          verdict,
          agreed,
          shares,
          ...(truth === undefined ? {} : { measured: [first, truth] as const }),
          ...(isThere ? {} : { shown }),
          ...(parts === undefined ? {} : { parts }),
        });
        const busiest = sample.parts.flatMap(({ functions }) => functions.slice(0, 2).map((each) => each.name));
        assert.notEqual(verdict, "wrong", `${told} (${busiest.join(", ")})${isThere ? "" : `, shown at ${shown}`}`);
      });
    }

    after(() => {
      app.end();
      rmSync(folder, { recursive: true, force: true });
      writeResults(Object.keys(all).length);
    });
  });
}

/** Of the app's own function with the most time. */
function placeOf({ own: [busiest] }: CpuSample): string {
  return `${busiest?.at?.file ?? "nothing"}:${busiest?.at?.line ?? 0}`;
}

/** Stands for all other parts. */
const rest = "rest";

/** The part that is measured, and the one that the rest of the time is of. */
function twoPartsOf([part = "code"]: readonly string[]): readonly [first: string, second: string] {
  return part === "gc" ? ["gc", rest] : part === "node" ? ["node", "code"] : ["v8", part === "v8" ? "code" : part];
}

/** Largest first. Idle time and garbage collection count only where they are wanted. */
function sharesOf({ parts }: CpuSample, wanted: readonly string[]): (readonly [id: string, share: number])[] {
  const busy = parts.filter(({ kind }) => (kind !== "idle" && kind !== "gc") || wanted.includes(kind));
  const all = busy.reduce((sum, { share }) => sum + share, 0);
  return busy.map(({ id, share }) => [id, all === 0 ? 0 : share / all] as const).filter(([, share]) => share >= 0.01);
}
