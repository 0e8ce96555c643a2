import assert from "node:assert/strict";
import { droppedNothing } from "../../../src/shared/facts/reportFacts.ts";
import type { Snapshot } from "../../../src/shared/snapshot.ts";
import { assertHonest } from "../../support/process/honesty.ts";
import { startNewcomers } from "../../support/process/newcomers.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { patience } from "../../support/process/notHere/wine.ts";
import { signal } from "../../support/process/processes.ts";
import { describeOn } from "../../support/process/scene.ts";
import { openConnection } from "../../support/process/strictConnection.ts";
import { until } from "../../support/process/until.ts";

/** Which worker dies while a reload runs, as soon as there is one. */
const victims: Readonly<Record<string, (worker: Snapshot["workers"][number], snapshot: Snapshot) => boolean>> = {
  "an old one before it drains": ({ generation, state }, { workers }) =>
    generation === 1 && state === "ready" && workers.some((other) => other.generation === 2),
  "an old one while it drains": ({ state }) => state === "draining",
  "a new one that has just taken over": ({ generation, state }, { workers }) =>
    generation === 2 && state === "ready" && workers.some((other) => other.state === "draining"),
};

for (const scheduling of ["roundRobin", "shared"] as const) {
  describeOn([usualNode()], `the report of a reload in which a worker dies, scheduling ${scheduling}`, (scene) => {
    for (const [who, isVictim] of Object.entries(victims)) {
      it(`does not say that nothing was dropped where a client lost something: ${who}`, async () => {
        const { client, port } = await scene.run({ fixture: "plain", config: { workers: 2, scheduling } });
        const strict = await scene.ask({ target: { port }, connections: 10, path: "/slow/50" });
        const newcomers = startNewcomers({ target: { port }, clients: 10 });
        scene.stage.onClose(async () => void (await newcomers.stop()));
        // Keeps every old worker draining until its answer has come.
        const slow = await Promise.all(Array.from({ length: 6 }, () => openConnection({ port })));
        const answers = slow.map((connection) =>
          connection.ask(`GET /slow/${1_500 * patience} HTTP/1.1\r\nHost: x\r\n\r\n`).then(
            () => 0,
            () => 1,
          ),
        );
        const reload = client.request("app/renew", { kind: "reload" });
        const snapshot = await until(client, `there is ${who}`, (seen) =>
          seen.workers.some((worker) => isVictim(worker, seen)),
        );
        const victim = snapshot.workers.find((worker) => isVictim(worker, snapshot));
        assert.ok(victim);
        signal(victim.pid, "SIGKILL");
        const report = await reload;
        const lost = (await Promise.all(answers)).reduce<number>((sum, one) => sum + one, 0);
        for (const connection of slow) {
          connection.close();
        }
        const failed = lost + (await strict.stop()).failed + (await newcomers.stop()).failed;
        assertHonest(report, failed);
        // With shared scheduling the one that dies may have had nothing in hand, and nothing is lost then.
        if (scheduling === "roundRobin" || failed > 0) {
          assert.equal(droppedNothing(report), false);
        }
      });
    }
  });
}
