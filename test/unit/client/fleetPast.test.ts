import assert from "node:assert/strict";
import { leftDrained, mergeRuns, renewedSince } from "../../../src/client/fleets/fleetPast.ts";
import { planFleet, settleScope } from "../../../src/client/fleets/fleetPlan.ts";
import type { DrainedMachine, FleetKind, FleetRun, MachineStep } from "../../../src/shared/machines/fleetRun.ts";

const names = ["web1", "web2", "web3"];

/** `web1 done` is renewed, `web1 failed` only deployed. */
function run(
  at: number,
  outcome: FleetRun["outcome"],
  steps: readonly MachineStep[],
  { kind = "reload" as FleetKind, drained = [] as DrainedMachine[] } = {},
): FleetRun {
  const machines = steps.map((step, index) => ({
    name: names[index] ?? "",
    step,
    deployed: step !== "waiting",
    renewed: step === "done",
  }));
  return { session: `s${at}`, fleet: "shop", app: "shop", kind, who: "a@b", startedAt: at, outcome, machines, drained };
}

describe("what a fleet has been through", () => {
  const whole = run(1, "completed", ["done", "done", "done"]);
  const stopped = run(2, "failed", ["done", "failed", "waiting"]);
  const back = run(3, "completed", ["done", "done"], { kind: "rollback" });

  it("says what has something new since the last renewal", () => {
    const rows: readonly (readonly [string, readonly FleetRun[], readonly string[]])[] = [
      ["nothing known", [], []],
      ["all of a whole one", [whole], names],
      ["what a stopped one has touched", [stopped, whole], ["web1", "web2"]],
      [
        "of two stopped ones, what either touched",
        [run(3, "failed", ["failed", "waiting", "waiting"]), stopped, whole],
        ["web1", "web2"],
      ],
      ["nothing that has gone back", [back, stopped, whole], []],
      ["what a stopped rollback left", [run(3, "failed", ["failed", "done"], { kind: "rollback" }), stopped], ["web1"]],
      [
        "nothing that the run itself took back",
        [run(2, "rolledBack", ["rolledBack", "rolledBack", "waiting"]), whole],
        [],
      ],
      [
        "what came behind a rollback",
        [run(4, "failed", ["done", "waiting", "waiting"]), back, stopped, whole],
        ["web1"],
      ],
    ];
    for (const [what, runs, expected] of rows) {
      assert.deepEqual(renewedSince(runs, true).names, expected, what);
    }
  });

  it("leaves out what was only deployed where no command takes that back: its workers would lose what they run", () => {
    const again = run(3, "failed", ["failed", "waiting", "waiting"]);
    assert.deepEqual(renewedSince([stopped, whole], false).names, ["web1"]);
    assert.deepEqual(renewedSince([again, stopped, whole], false).names, ["web1"], "what the one before has renewed");
    assert.deepEqual(renewedSince([again, whole], false).names, []);
  });

  it("keeps a rollback to that, last first, and says why the rest is left out", () => {
    const fleet = {
      name: "shop",
      app: "shop",
      machines: names,
      atOnce: 1,
      commandTimeout: 1,
      pause: 0,
      onFailure: "stop",
    } as const;
    const machines = names.map((name) => ({ name, ssh: name }));
    const settings = { machines, fleets: [{ ...fleet, rollback: ["./back"] }], files: [] };
    const shown = (runs: readonly FleetRun[], everywhere = false) => {
      const { groups, leftOut } = settleScope(planFleet(settings, "shop", "rollback", { everywhere }), runs);
      return [groups.flat().map(({ name }) => name), leftOut.map(({ machine, reason }) => `${machine}: ${reason}`)];
    };
    assert.deepEqual(shown([stopped, whole]), [["web2", "web1"], ["web3: the last renewal did not touch it"]]);
    assert.deepEqual(shown([stopped, whole], true), [["web3", "web2", "web1"], []]);
    const withoutCommand = planFleet({ ...settings, fleets: [fleet] }, "shop", "rollback");
    assert.deepEqual(settleScope(withoutCommand, [stopped, whole]).leftOut, [
      {
        machine: "web2",
        reason: "its workers run what they ran before, and the fleet has no rollback command for what was deployed",
      },
      { machine: "web3", reason: "the last renewal did not touch it" },
    ]);
    assert.deepEqual(shown([back, stopped]), [
      [],
      ["web1: it has gone back already", "web2: it has gone back already", "web3: the last renewal did not touch it"],
    ]);
    assert.deepEqual(
      shown([])[1],
      names.map((name) => `${name}: no renewal of this fleet is known there`),
    );
  });

  it("says what is still out of the balancer, and whose it is", () => {
    const out = { machine: "web2", who: "a@b", since: 5 };
    const died = run(5, "running", ["done", "renewing", "waiting"], { kind: "restart", drained: [out] });
    assert.deepEqual(leftDrained([died, whole]), [out]);
    assert.deepEqual(leftDrained([died, whole], "s5"), [], "a run that goes on");
    const putBack = run(6, "completed", ["done", "done", "done"], { drained: [{ ...out, back: 7 }] });
    assert.deepEqual(leftDrained([putBack, died]), []);
  });

  it("is put together from what each machine has written down", () => {
    const behind = run(2, "running", ["renewing", "waiting", "waiting"]);
    assert.deepEqual(mergeRuns([whole, behind, stopped]), [stopped, whole]);
  });
});
