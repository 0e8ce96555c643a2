import { planRehearsal } from "../../src/client/rehearsal/rehearsalPlan.ts";
import { runLoad } from "../../src/client/rehearsal/runLoad.ts";
import { TrafficRecord } from "../../src/client/rehearsal/trafficRecord.ts";
import type { RehearsalPart } from "../../src/shared/rehearsal/rehearsalResult.ts";
import { pause, withApp } from "../bench.ts";
import type { Peer } from "../peers/peer.ts";

/** What all are asked, as `hitless rehearse` asks unless told otherwise, for a shorter time. */
export const plan = planRehearsal({ connections: 50, rate: 500, seconds: 8 });

/** What is drawn as one point, in milliseconds. */
export const sliceMs = 100;

/** Requests that warm the app up are not counted, and so many milliseconds of those that are come before the renewal. */
const warmUpMs = 2_000;
const calmMs = 2_000;

/** After the renewal, at least. */
const leastAfterMs = 1_500;

/** What strict clients saw while a peer renewed the app; times in milliseconds since the load began. */
export interface Course {
  readonly name: string;
  readonly version: string;
  readonly requests: number;
  readonly failed: number;
  readonly reopened: number;
  readonly orderedAt: number;
  readonly doneAt: number;
  readonly slices: readonly RehearsalPart[];
  /** The most frequent first. */
  readonly reasons: readonly string[];
}

/** The load of a rehearsal, on an app that another than Hitless may run. */
export async function rehearsePeer(peer: Peer, workers: number): Promise<Course> {
  const prepared = await peer.prepare();
  if ("missing" in prepared) {
    throw new Error(`${peer.name} can't take part: ${prepared.missing}`);
  }
  return await withApp(peer, workers, async (app) => {
    if (!("port" in app.target)) {
      throw new Error(`${peer.name} listens on no port.`);
    }
    const origin = `http://127.0.0.1:${app.target.port}`;
    const target = { address: origin, origin, isTls: false };
    const warm = runLoad("http", { target, plan, events: new TrafficRecord(performance.now(), sliceMs) });
    await pause(warmUpMs);
    await warm.stop();

    const beganAt = performance.now();
    const since = (): number => performance.now() - beganAt;
    const record = new TrafficRecord(beganAt, sliceMs);
    const load = runLoad("http", { target, plan, events: record });
    try {
      await pause(calmMs);
      app.nextBuild();
      const orderedAt = since();
      await app.reload();
      const doneAt = since();
      await pause(Math.max(plan.seconds * 1_000 - doneAt, leastAfterMs));
      await load.stop();
      return {
        name: peer.name,
        version: prepared.version,
        requests: record.requests,
        failed: record.failedCount,
        reopened: record.reopenedCount,
        orderedAt,
        doneAt,
        slices: record.slices(),
        reasons: record.failureReasons.map(({ why, times }) => `${times} × ${why}`),
      };
    } finally {
      await load.stop();
    }
  });
}
