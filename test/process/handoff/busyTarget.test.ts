import assert from "node:assert/strict";
import { droppedNothing } from "../../../src/shared/facts/reportFacts.ts";
import { assertExact } from "../../support/process/honesty.ts";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import type { WholeResponse } from "../../support/process/responseReader.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";

const connections = 40;

/** Longer than a connection may be idle: `keepAliveTimeout` of the app and the second that Node adds. */
const busyMs = 2_000;

/** The extra second is a constant in Node 20, and a property of the server in the versions since. */
const nodes = [...new Set([...testedNodes().slice(0, 1), usualNode()])];

describeOn(nodes, "connections that come to a worker which is busy", (scene) => {
  it("are not taken for idle while nobody could hear them", async () => {
    const BUSY = String(busyMs);
    const { client, port } = await scene.run({ fixture: "busyAtFirst", config: { workers: 2, env: { BUSY } } });
    const read = (response: WholeResponse): string => JSON.parse(response.body).version as string;
    const asking = await scene.ask({ target: { port }, connections, thinkMs: 100, read });
    await asking.untilAnswers("1", connections);
    for (const version of ["2", "3"]) {
      const report = await client.request("app/renew", { kind: "reload" });
      assertOutcome(report, "completed");
      await asking.untilAnswers(version, connections);
      assertExact(report, asking.counts.failed);
      const { handedOver = 0, inTransit } = report.traffic ?? {};
      assert.deepEqual([inTransit, droppedNothing(report)], [0, true], JSON.stringify(report.traffic));
      assert.equal(handedOver, process.platform === "win32" ? 0 : connections);
    }
    const counts = await asking.stop();
    if (process.platform === "win32") {
      assert.equal(counts.failed, 0);
    } else {
      assertUnnoticed(counts);
    }
  });
});
