import assert from "node:assert/strict";
import type { Member } from "../../../src/client/fleets/fleetMembers.ts";
import { planFleet } from "../../../src/client/fleets/fleetPlan.ts";
import { runFleet } from "../../../src/client/fleets/runFleet.ts";
import { HitlessError } from "../../../src/shared/errors.ts";
import { sampleSnapshot } from "./samples.ts";

const lost = new HitlessError("connectionLost", "The connection to web1 was lost.");

/** A deploy command that ended with exit code 137 on web1, which answers so afterwards. */
async function failed(afterwards: () => Promise<unknown>) {
  const names = ["web1", "web2"];
  const fleet = {
    name: "shop",
    app: "api",
    machines: names,
    atOnce: 1,
    commandTimeout: 1,
    deploy: ["node", "deploy.js"],
    pause: 0,
    onFailure: "stop" as const,
  };
  const machines = names.map((name) => ({ name, ssh: name }));
  const members = machines.map(
    (machine) =>
      ({
        machine,
        connection: {
          closed: false,
          over: new Promise(() => undefined),
          run: async () => ({ code: 137, stdout: "", stderr: "" }),
          facts: afterwards,
          request: async () => ({}),
        },
        endpoint: { root: "/srv/api" },
        client: { closed: false, snapshot: sampleSnapshot() },
      }) as unknown as Member,
  );
  return runFleet({
    plan: planFleet({ machines, fleets: [fleet], files: [] }, "shop", "reload"),
    members,
    balancer: undefined,
    ill: [],
    drained: [],
    guard: async () => undefined,
    holder: { session: "one", who: "anna@home", since: 0, fleet: "shop", kind: "reload" },
    cancelled: new AbortController().signal,
    onDidChange: () => undefined,
    onOutput: () => undefined,
    onTrouble: () => undefined,
  });
}

describe("a fleet of which a machine goes down", () => {
  const ended = "node deploy.js ended with exit code 137 on web1.";

  it("tells of the connection too, where what ran on the machine has ended first", async () => {
    const run = await failed(() => Promise.reject(lost));
    const [web1, web2] = run.machines;
    assert.deepEqual([run.outcome, run.reason], ["failed", `${ended} ${lost.message}`]);
    assert.deepEqual(
      [web1?.step, web1?.failedAt, web1?.reason, web2?.step],
      ["failed", "deploying", run.reason, "waiting"],
    );
  });

  it("tells of none that is there, or is only slow to answer", async () => {
    assert.equal((await failed(async () => ({}))).reason, ended);
    const slow = new HitlessError("deadline", "web1 did not answer facts within 2 s.");
    assert.equal((await failed(() => Promise.reject(slow))).reason, ended);
  });
});
