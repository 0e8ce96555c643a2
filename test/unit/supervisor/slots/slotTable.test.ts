import assert from "node:assert/strict";
import { createRestartPolicy } from "../../../../src/supervisor/slots/restartPolicy.ts";
import { SlotTable } from "../../../../src/supervisor/slots/slotTable.ts";

describe("SlotTable", () => {
  it("tries again by itself when the system refuses a process, until it gives up, with the reason", async () => {
    let tries = 0;
    const codes: string[] = [];
    const said = await new Promise<string>((resolve) => {
      const table = new SlotTable(
        {
          running: true,
          name: "api",
          autorestart: true,
          startWorker: () => {
            tries += 1;
            throw new Error("spawn ENOMEM");
          },
          dismiss: () => assert.fail("there is nobody"),
          reconcile: () => table.fill(undefined),
          finalFailure: () => undefined,
          lacks: () => undefined,
        },
        createRestartPolicy(
          () => ({ maxRestarts: 2, restartDelay: 1, minUptime: 30_000, workers: 1 }),
          () => performance.now(),
        ),
        {
          log: (_level, code, message) => {
            codes.push(code);
            if (code === "crashLooping") {
              resolve(message);
            }
          },
        },
      );
      table.resize(1, 1);
      table.fill(undefined);
    });
    assert.match(said, /^api is crash-looping, .*could not be started: Error: spawn ENOMEM/);
    assert.deepEqual([tries, codes], [3, ["spawnFailed", "spawnFailed", "crashLooping", "spawnFailed"]]);
  });
});
