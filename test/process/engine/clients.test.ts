import assert from "node:assert/strict";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { patience } from "../../support/process/notHere/wine.ts";
import { isAlive } from "../../support/process/processes.ts";
import { describeOn } from "../../support/process/scene.ts";
import { askFixture } from "../../support/process/strictClient.ts";
import { poll } from "../../support/process/until.ts";

/** Long enough for a test to connect after the launch on a busy machine: the period counts from then. */
const graceMs = 1_500 * patience;

describeOn([usualNode()], "a supervisor without clients", (scene) => {
  it("stops the app gracefully when none has come back within the grace period", async () => {
    const { client, endpoint, endpointGone, pids } = await scene.run({ fixture: "plain", graceMs });
    client.dispose();
    await poll("the supervisor is gone", () => !isAlive(endpoint.pid));
    assert.deepEqual([...pids].filter(isAlive), []);
    assert.ok(endpointGone());
  });

  it("goes on when one comes back in time, and while one of two is left", async () => {
    const { client, connect, endpoint, port } = await scene.run({ fixture: "plain", graceMs });
    const second = await connect();
    client.dispose();
    const third = await connect();
    second.dispose();
    const leftAt = performance.now();
    await poll("two grace periods have passed", () => performance.now() - leftAt > 2 * graceMs);
    assert.ok(isAlive(endpoint.pid));
    assert.equal((await askFixture({ port })).version, "1");
    third.dispose();
    await poll("the supervisor is gone", () => !isAlive(endpoint.pid));
  });

  it("goes on alone when it is detached", async () => {
    const { client, connect, endpoint, port } = await scene.run({ fixture: "plain", graceMs, detached: true });
    client.dispose();
    const leftAt = performance.now();
    await poll("two grace periods have passed", () => performance.now() - leftAt > 2 * graceMs);
    assert.ok(isAlive(endpoint.pid));
    assert.equal((await askFixture({ port })).version, "1");
    await connect();
  });

  it("is told of a stop by every client that waits for it", async () => {
    const { client, connect, endpoint } = await scene.run({ fixture: "plain" });
    const other = await connect();
    const [a, b] = await Promise.all([client.request("app/stop", {}), other.request("app/stop", {})]);
    assert.deepEqual([a.killed, b.killed], [0, 0]);
    client.dispose();
    other.dispose();
    await poll("the supervisor is gone", () => !isAlive(endpoint.pid));
  });
});
