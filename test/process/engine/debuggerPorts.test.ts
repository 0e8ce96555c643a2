import assert from "node:assert/strict";
import type { WorkerView } from "../../../src/shared/snapshot.ts";
import { type Debugger, debugAt } from "../../support/process/debugger.ts";
import { freePort } from "../../support/process/freePort.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { assertOutcome, describeOn } from "../../support/process/scene.ts";
import type { TestApp } from "../../support/process/testApp.ts";
import { poll, until, within } from "../../support/process/until.ts";

/** Attaches as a debugger does that knows only a port, and asks which process it is. */
async function processAt(port: number): Promise<{ readonly pid: number; readonly debugging: Debugger }> {
  let address = "";
  await poll(`an inspector answers at port ${port}`, async () => {
    const [target] = await fetch(`http://127.0.0.1:${port}/json/list`)
      .then((answer) => answer.json() as Promise<{ readonly webSocketDebuggerUrl: string }[]>)
      .catch(() => []);
    address = target?.webSocketDebuggerUrl ?? "";
    return address !== "";
  });
  assert.equal(new URL(address).port, String(port), "it leads through the same port again");
  const debugging = await debugAt(address);
  const answer = await debugging.ask("Runtime.evaluate", { expression: "process.pid" });
  const { result } = answer as { readonly result: { readonly value: number } };
  return { pid: result.value, debugging };
}

function workersOf(app: TestApp): readonly WorkerView[] {
  return app.client.snapshot.workers;
}

describeOn([usualNode()], "a port for debuggers", (scene) => {
  it("of the user's own flags is a slot's, and stays so across reloads", async () => {
    // Slot 2 has the next one.
    const port = await freePort();
    const app = await scene.run({ fixture: "plain", config: { workers: 2, nodeArgs: [`--inspect=${port}`] } });
    const before = workersOf(app);
    for (const [index, worker] of before.entries()) {
      assert.notEqual(new URL(worker.inspector ?? "").port, String(port + index));
      const { pid, debugging } = await processAt(port + index);
      assert.equal(pid, worker.pid);
      debugging.close();
    }
    assertOutcome(await within("the reload", app.client.request("app/renew", { kind: "reload" })), "completed");
    const [fresh] = workersOf(app);
    const { pid, debugging } = await processAt(port);
    debugging.close();
    assert.deepEqual([pid, before.some((worker) => worker.pid === pid)], [fresh?.pid, false]);
  });

  it("leads a debugger that has signalled a worker to that one, and the next to another", async function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const port = await freePort();
    const app = await scene.run({ fixture: "plain", config: { workers: 2, nodeArgs: [`--inspect-port=${port}`] } });
    const open: Debugger[] = [];
    for (const worker of workersOf(app)) {
      process.kill(worker.pid, "SIGUSR1");
      const { pid, debugging } = await processAt(port);
      assert.equal(pid, worker.pid);
      open.push(debugging);
    }
    for (const debugging of open) {
      debugging.close();
    }
    // As before the signal, so that it can be done again.
    await until(app.client, "their inspectors are closed", ({ workers }) =>
      workers.every(({ inspector }) => inspector === undefined),
    );
    const [again] = workersOf(app);
    process.kill(again?.pid ?? 0, "SIGUSR1");
    const { pid, debugging } = await processAt(port);
    assert.equal(pid, again?.pid);
    debugging.close();
  });
});
