import assert from "node:assert/strict";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { isAlive, openDescriptors, processesWithEnvironment } from "../../support/process/processes.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { stageVariable } from "../../support/process/stage.ts";
import { poll, until } from "../../support/process/until.ts";

describeOn(testedNodes(), "reloads in a row", (scene) => {
  // What grows little by little is looked for on one version, what a version of Node keeps each time on all.
  const reloads = scene.node === usualNode() ? 50 : 12;

  it(`leak no process, no descriptor, no listener, ${reloads} of them`, async () => {
    const { client, port, endpoint, pids } = await scene.run({ fixture: "plain", config: { workers: 1 } });
    const strict = await scene.ask({ target: { port }, connections: 5, thinkMs: 2 });
    const warnings: string[] = [];
    client.onDidEvent(({ level, code, message }) => {
      if (level !== "info") {
        warnings.push(`${code}: ${message}`);
      }
    });
    // The first one opens what stays open.
    assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    const descriptors = openDescriptors(endpoint.pid);
    for (let count = 1; count < reloads; count += 1) {
      assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
    }
    const { workers, app } = await until(client, "one worker is left", (snapshot) => snapshot.workers.length === 1);
    assert.equal(app.generation, reloads + 1);
    const [worker] = workers;
    assert.deepEqual([...pids].filter(isAlive), [worker?.pid]);
    if (process.platform === "linux") {
      const marker = `${stageVariable}=${scene.stage.id}\0`;
      assert.deepEqual(await processesWithEnvironment(marker), [worker?.pid]);
    }
    if (descriptors !== undefined) {
      await poll(
        () => `the supervisor has ${descriptors} descriptors again, not ${openDescriptors(endpoint.pid)}`,
        () => (openDescriptors(endpoint.pid) ?? 0) <= descriptors,
        5_000,
      );
    }
    // Node warns of a leak of listeners on stderr, which is the supervisor's log file.
    assert.deepEqual(warnings, []);
    assert.equal(scene.stage.supervisorLog(), "");
    assertUnnoticed(await strict.stop());
  });
});
