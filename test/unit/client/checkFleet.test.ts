import assert from "node:assert/strict";
import { checkFleet } from "../../../src/client/fleets/checkFleet.ts";
import type { FoundMember, Member } from "../../../src/client/fleets/fleetMembers.ts";
import { planFleet } from "../../../src/client/fleets/fleetPlan.ts";
import type { FleetKind } from "../../../src/shared/machines/fleetRun.ts";
import type { Snapshot } from "../../../src/shared/snapshot.ts";
import { sampleSnapshot } from "./samples.ts";

interface Given {
  /** MiB on its disk. */
  readonly free?: number;
  readonly app?: Partial<Snapshot["app"]>;
  readonly clockOffsetMs?: number;
  readonly secret?: string;
  readonly nodeVersion?: string;
  /** What its verify address answers. */
  readonly status?: number;
}

describe("what is in the way of a fleet", () => {
  const names = ["web1", "web2", "web3"];
  const plan = (kind: FleetKind) =>
    planFleet(
      {
        machines: names.map((name) => ({ name, ssh: name })),
        fleets: [
          {
            name: "shop",
            app: "api",
            machines: names,
            atOnce: 1,
            commandTimeout: 1,
            verify: { url: "http://127.0.0.1/", status: 200, times: 1, watch: 0 },
            pause: 0,
            onFailure: "stop",
          },
        ],
        files: [],
      },
      "shop",
      kind,
    );

  function found(name: string, given: Given): FoundMember {
    const { free = 10_000, app = {}, clockOffsetMs = 0, secret = name, nodeVersion, status = 200 } = given;
    const snapshot = sampleSnapshot();
    const supervisor = { ...snapshot.supervisor, ...(nodeVersion !== undefined && { nodeVersion }) };
    const machine = { name, ssh: name };
    const request = async () => ({ free: free * 1_048_576, status });
    const member = {
      machine,
      connection: { closed: false, clockOffsetMs, roundTripMs: 1, request },
      endpoint: { root: "/srv/api", secret },
      client: { closed: false, snapshot: { ...snapshot, supervisor, app: { ...snapshot.app, generation: 2, ...app } } },
    } as unknown as Member;
    return { machine, connection: member.connection, member };
  }

  const problems = async (given: Readonly<Record<string, Given>>, kind: FleetKind = "reload") => {
    const all = names.map((name) => found(name, given[name] ?? {}));
    return (await checkFleet(plan(kind), all, undefined)).problems.map(
      ({ severity, message }) => `${severity} ${message}`,
    );
  };

  it("is nothing if nothing is", async () => assert.deepEqual(await problems({}), []));

  it("is a disk that is full where the app is", async () => {
    assert.deepEqual(await problems({ web2: { free: 127 } }), [
      "error web2 has only 127 MiB free where /srv/api is; at least 128 are needed.",
    ]);
    assert.deepEqual(await problems({ web2: { free: 128 } }), []);
  });

  it("is one machine under two names", async () => {
    assert.deepEqual(await problems({ web3: { secret: "web1" } }), [
      "error web1 and web3 are the same machine, with the same app; name it once.",
    ]);
  });

  const first = "warning web1 is renewed first, and does not count as serving before.";

  it("is no app that is ill, which a renewal may mend, as long as another machine serves", async () => {
    const ill = { web1: { app: { state: "degraded" } } } as const;
    const [warning, ...rest] = await problems(ill);
    assert.match(warning ?? "", /^warning api is degraded on web1, with/);
    assert.deepEqual(rest, [first]);
    assert.match((await problems(ill, "rollback")).join(), /^warning api is degraded on web1, with[^,]*$/);
    const stopping = await problems({ web1: { app: { state: "stopping" } } });
    assert.match(stopping[0] ?? "", /^error api is stopping on web1/);
  });

  it("is a machine that has nothing to go back to, for a rollback", async () => {
    const first = { web2: { app: { generation: 1 } } };
    assert.deepEqual(await problems(first), []);
    assert.deepEqual(await problems(first, "rollback"), [
      "error api has no previous generation on web2 to go back to.",
    ]);
  });

  it("is no address that does not verify, as long as another machine serves; for a rollback never", async () => {
    const text = (name: string) =>
      `warning http://127.0.0.1/ does not answer 200 on ${name} before anything was changed, but 500.`;
    const bad = { status: 500 };
    assert.deepEqual(await problems({ web1: bad }), [text("web1"), first]);
    assert.deepEqual(await problems({ web1: bad }, "rollback"), [text("web1")]);
    const oneServes = await problems({ web1: bad, web3: bad });
    assert.ok(!oneServes.some((line) => line.startsWith("error")), oneServes.join("\n"));
    const none = await problems({ web1: bad, web2: bad, web3: bad });
    assert.equal(none.at(-1), "error Only 0 of 3 machines serve, and the last one that does is never touched.");
  });

  it("is said and stops nothing: a clock that is off, and versions of Node.js that differ", async () => {
    const said = await problems({ web1: { clockOffsetMs: 40_000 }, web2: { nodeVersion: "v20.0.0" } });
    assert.equal(said[0], "warning The clock of web1 is off by 40 s.");
    assert.match(said[1] ?? "", /^warning The versions of Node\.js differ: v\S+ on web1, web3; v20\.0\.0 on web2\.$/);
  });
});
