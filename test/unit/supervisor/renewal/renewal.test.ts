import assert from "node:assert/strict";
import { bootBudget } from "../../../../src/supervisor/renewal/steps/bootBudget.ts";
import type { Slot } from "../../../../src/supervisor/slots/slot.ts";
import type { WorkerHandle } from "../../../../src/supervisor/worker/workerHandle.ts";
import { sampleFailure } from "../../client/samples.ts";
import { seededRandom } from "../random.ts";
import { type FakeApp, fakeApp } from "./fakeRenewalHost.ts";

const noTotals = {};

function reportOf(app: FakeApp) {
  return app.renewal.report([], noTotals);
}

function slotOf(app: FakeApp, index: number): Slot {
  const slot = app.slots.get(index);
  assert.ok(slot !== undefined);
  return slot;
}

describe("renewal: reload", () => {
  it("starts all new workers first and sends the old away when every one of them is ready", () => {
    const app = fakeApp(2);
    assert.equal(app.step(), false);
    assert.deepEqual(app.did, ["start 1", "start 2"]);
    app.ready(app.latest(1));
    assert.deepEqual(app.did, ["start 1", "start 2"]);
    app.ready(app.latest(2));
    assert.deepEqual(app.did.slice(2), ["commit 2", "dismiss 1 handoff", "dismiss 2 handoff"]);
    assert.deepEqual(
      [...app.slots.values()].map(({ current, next, generation }) => [current?.id, next, generation]),
      [
        [3, undefined, 2],
        [4, undefined, 2],
      ],
    );
    assert.equal(app.exit(app.worker(1)), false);
    assert.equal(app.exit(app.worker(2)), true);
    const { outcome, from, to, killed, reason } = reportOf(app);
    assert.deepEqual([outcome, from, to, killed, reason], ["completed", 1, 2, 0, undefined]);
  });

  it("does not wait for a new worker to listen where only the old one can", () => {
    const app = fakeApp(1);
    const server = { protocol: "http", url: "http://localhost", systemPort: false };
    app
      .worker(1)
      .servers.set("/run/app.4001", server)
      .set("::|41001", { ...server, systemPort: true });
    app.step();
    app.latest(1).servers.set("/run/app.4002", server);
    app.ready(app.latest(1));
    assert.deepEqual(app.did, ["start 1", "commit 2", "dismiss 1 handoff"]);
  });

  it("does nothing twice, however often it is asked", () => {
    const app = fakeApp(2);
    for (let turn = 0; turn < 5; turn += 1) {
      app.step();
    }
    app.ready(app.latest(1), app.latest(2));
    for (let turn = 0; turn < 5; turn += 1) {
      app.step();
    }
    assert.equal(app.did.length, 5);
  });

  it("goes on in steps of the surge, each when the old of the one before are gone", () => {
    const app = fakeApp(3, { surge: 2 });
    app.step();
    app.ready(app.latest(1), app.latest(2));
    app.exit(app.worker(1));
    assert(!app.did.includes("start 3"));
    app.exit(app.worker(2));
    assert(app.did.includes("start 3"));
    assert(!app.did.includes("dismiss 3 handoff"));
    app.ready(app.latest(3));
    assert(app.did.includes("dismiss 3 handoff"));
    assert.equal(app.exit(app.worker(3)), true);
    assert.equal(reportOf(app).outcome, "completed");
  });

  it("has no more workers boot at once than the machine has room for, and replaces all of a step together", () => {
    for (const [cores, boots] of [
      [1, 1],
      [2, 1],
      [3, 1],
      [8, 4],
      [32, 16],
    ] as const) {
      assert.equal(bootBudget(cores), boots);
      const app = fakeApp(8, { boots: bootBudget(cores) });
      const started = (): number => app.did.filter((what) => what.startsWith("start")).length;
      app.step();
      for (let slot = 1; slot <= 8; slot += 1) {
        assert.equal(started(), Math.min(8, slot - 1 + boots), `${cores} cores`);
        assert(!app.did.includes("commit 2"));
        app.ready(app.latest(slot));
      }
      assert(app.did.includes("commit 2"));
    }
  });

  it("sends the old ones away one behind the other, all of them replaced by then", () => {
    const app = fakeApp(4, { boots: 1 });
    const went = (): string[] => app.did.filter((what) => what.startsWith("dismiss"));
    app.step();
    for (let slot = 1; slot <= 4; slot += 1) {
      app.ready(app.latest(slot));
    }
    assert.deepEqual(
      [...app.slots.values()].map(({ current }) => current?.generation),
      [2, 2, 2, 2],
    );
    assert.deepEqual(went(), ["dismiss 1 handoff"]);
    assert.equal(app.renewal.view(false).draining, 4);
    app.step();
    assert.equal(went().length, 1);
    // What it had is elsewhere, though its process has not ended.
    app.worker(1).drain = { done: true };
    app.step();
    assert.deepEqual(went().slice(1), ["dismiss 2 handoff"]);
    app.exit(app.worker(2));
    assert.deepEqual(went().slice(2), ["dismiss 3 handoff"]);
    // One that dies before its turn is not sent away.
    app.exit(app.worker(4));
    app.exit(app.worker(3));
    assert.equal(went().length, 3);
    assert.equal(app.exit(app.worker(1)), true);
    assert.equal(reportOf(app).outcome, "completed");
  });

  it("when the app is stopped, those that wait for their turn go at once", () => {
    const app = fakeApp(3, { boots: 1 });
    app.step();
    for (let slot = 1; slot <= 3; slot += 1) {
      app.ready(app.latest(slot));
    }
    app.renewal.abort("The app was stopped.");
    assert.deepEqual(app.did.slice(-2), ["dismiss 2 handoff", "dismiss 3 handoff"]);
  });

  it("a worker that takes long to be ready keeps none from starting any more", () => {
    const app = fakeApp(2, { boots: 1 });
    app.step();
    assert.deepEqual(app.did, ["wake true", "start 1"]);
    app.latest(1).startedAt -= 2_000;
    app.step();
    assert.deepEqual(app.did.slice(2), ["start 2"]);
    app.ready(app.latest(2));
    assert(!app.did.includes("commit 2"));
    app.ready(app.latest(1));
    assert(app.did.includes("commit 2"));
  });

  it("sends no old worker away before every new one of its step is ready, whatever happens (invariant 2)", () => {
    for (let seed = 1; seed <= 400; seed += 1) {
      const random = seededRandom(seed);
      const count = 1 + random(5);
      const surge = 1 + random(count);
      const app = fakeApp(count, { surge, boots: 1 + random(count), canary: random(2) === 0 });
      const readyOnce = new Set<number>();
      let over = app.step();
      for (let turn = 0; turn < 200 && !over; turn += 1) {
        const slot = 1 + random(count);
        const worker = app.latest(slot);
        const old = app.worker(slot);
        const dice = random(20);
        if (dice < 9 && worker.generation === 2 && worker.state === "starting") {
          readyOnce.add(worker.id);
          over = app.ready(worker);
        } else if (dice < 18 && old.dismissed && old.state === "draining") {
          over = app.exit(old);
        } else if (dice === 18 && worker.generation === 2 && worker.state === "starting") {
          over = app.fail(worker);
        } else {
          over = app.step();
        }
        for (let first = 1; first <= count; first += surge) {
          const step = Array.from({ length: Math.min(surge, count - first + 1) }, (_, index) => first + index);
          if (step.some((index) => app.worker(index).dismissed)) {
            const proven = step.every((index) => readyOnce.has(app.latest(index).id));
            assert(proven, `seed ${seed}: an old worker left before its step was ready: ${app.did.join(", ")}`);
          }
        }
      }
      if (over && reportOf(app).outcome === "rolledBack") {
        for (let index = 1; index <= count; index += 1) {
          assert.equal(app.worker(index).dismissed, false, `seed ${seed}: rolled back, yet an old worker was touched`);
        }
      }
    }
  });

  it("rolls back when a new worker of the first step fails: the old are not touched", () => {
    const app = fakeApp(2);
    app.step();
    app.ready(app.latest(1));
    app.renewal.workerFailed(app.slots.get(2)?.next as never, sampleFailure({ message: "Boom.", stderr: ["at x"] }));
    assert.deepEqual(app.did.slice(2), ["dismiss 3 handoff", "dismiss 4 handoff"]);
    assert.equal(app.renewal.view(false).phase, "rollingBack");
    app.exit(app.worker(3));
    assert.equal(app.exit(app.worker(4), { killed: true }), true);
    const { outcome, reason, stderr, killed, readyMs } = reportOf(app);
    assert.deepEqual([outcome, reason, stderr, killed, readyMs], ["rolledBack", "Boom.", ["at x"], 1, undefined]);
    assert.deepEqual([app.worker(1).state, app.worker(2).state], ["ready", "ready"]);
    assert(!app.did.includes("commit 2"));
  });

  it("has nothing to wait for when the failed worker was the only new one", () => {
    const app = fakeApp(1);
    app.step();
    assert.equal(app.fail(app.latest(1)), true);
    assert.deepEqual(app.did, ["start 1"]);
    assert.equal(reportOf(app).outcome, "rolledBack");
  });

  it("tells the first failure only", () => {
    const app = fakeApp(2);
    app.step();
    app.fail(app.latest(1), sampleFailure({ message: "First." }));
    app.fail(app.latest(2), sampleFailure({ message: "Second." }));
    assert.equal(reportOf(app).reason, "First.");
  });

  it("fails in a later step: what was renewed stays so, and the report says how much", () => {
    const app = fakeApp(3, { surge: 1 });
    app.step();
    app.ready(app.latest(1));
    app.exit(app.worker(1));
    assert.equal(app.fail(app.latest(2), sampleFailure({ message: "Error: Boom" })), true);
    const { outcome, reason } = reportOf(app);
    assert.equal(outcome, "failed");
    assert.equal(reason, "Error: Boom. 1 of 3 slots were renewed before; they stay so.");
    assert.deepEqual(
      [...app.slots.values()].map(({ current, generation }) => [current?.id, generation]),
      [
        [4, 2],
        [2, 1],
        [3, 1],
      ],
    );
    assert.deepEqual([app.worker(2).dismissed, app.worker(3).dismissed], [false, false]);
  });

  it("is none of the business of a worker that fails after it took its place", () => {
    const app = fakeApp(1);
    app.step();
    const fresh = app.latest(1);
    app.ready(fresh);
    app.fail(fresh);
    assert.equal(app.exit(app.worker(1)), true);
    assert.equal(reportOf(app).outcome, "completed");
  });

  it("can be cancelled while the new generation starts, and not later", () => {
    const app = fakeApp(2);
    app.step();
    assert.equal(app.renewal.cancellable, true);
    assert.equal(app.renewal.cancel("No longer wanted."), true);
    assert.equal(app.renewal.cancel("Again."), false);
    app.exit(app.worker(3));
    assert.equal(app.exit(app.worker(4)), true);
    const { outcome, reason } = reportOf(app);
    assert.deepEqual([outcome, reason], ["cancelled", "No longer wanted."]);

    const late = fakeApp(1);
    late.step();
    late.ready(late.latest(1));
    assert.equal(late.renewal.cancellable, false);
    assert.equal(late.renewal.cancel("Too late."), false);
    assert.equal(late.exit(late.worker(1)), true);
    assert.equal(reportOf(late).outcome, "completed");
  });

  it("counts the old workers that had to be killed", () => {
    const app = fakeApp(2);
    app.step();
    app.ready(app.latest(1), app.latest(2));
    app.exit(app.worker(1), { killed: true });
    app.exit(app.worker(2));
    assert.equal(reportOf(app).killed, 1);
  });

  it("goes on without slots that vanish, in this step and in later ones", () => {
    const app = fakeApp(3, { surge: 2 });
    app.step();
    app.ready(app.latest(1));
    app.removeSlot(2);
    assert.deepEqual(app.did.slice(-2), ["commit 2", "dismiss 1 handoff"]);
    app.slots.delete(3);
    assert.equal(app.exit(app.worker(1)), true);
    assert(!app.did.includes("start 3"));
  });

  it("replaces a worker that died meanwhile by the new one", () => {
    const app = fakeApp(1);
    app.step();
    const slot = app.slots.get(1);
    assert(slot !== undefined);
    slot.current = undefined;
    assert.equal(app.renewal.owns(slot), true);
    assert.equal(app.ready(app.latest(1)), true);
    assert.deepEqual(app.did, ["start 1", "commit 2"]);
    assert.equal(slot.current === undefined, false);
  });

  it("gives the slots back when it has ended", () => {
    const app = fakeApp(2);
    app.step();
    const slots = [...app.slots.values()];
    assert.deepEqual(
      slots.map((slot) => app.renewal.owns(slot)),
      [true, true],
    );
    app.fail(app.latest(1));
    assert.deepEqual(
      slots.map((slot) => app.renewal.owns(slot)),
      [false, false],
    );
  });

  it("lets a new worker stay up for minReady first, and rolls back when it dies in that time", () => {
    const app = fakeApp(1, { minReady: 60_000 });
    app.step();
    app.ready(app.latest(1));
    assert.deepEqual(app.did, ["start 1", "wake true"]);
    app.latest(1).readyAt = 1;
    app.step();
    assert(app.did.includes("dismiss 1 handoff"));

    const dying = fakeApp(1, { minReady: 60_000 });
    dying.step();
    dying.ready(dying.latest(1));
    assert.equal(dying.fail(dying.latest(1)), true);
    assert.equal(reportOf(dying).outcome, "rolledBack");
  });

  it("starts a canary alone, and the others when it has stayed up", () => {
    const app = fakeApp(3, { canary: true });
    app.step();
    assert.deepEqual(app.did, ["start 1"]);
    app.ready(app.latest(1));
    assert.deepEqual(app.did, ["start 1", "start 2", "start 3"]);
    app.ready(app.latest(2), app.latest(3));
    assert.deepEqual(app.did.slice(3), ["commit 2", "dismiss 1 handoff", "dismiss 2 handoff", "dismiss 3 handoff"]);

    const bad = fakeApp(3, { canary: true });
    bad.step();
    assert.equal(bad.fail(bad.latest(1)), true);
    assert.deepEqual(bad.did, ["start 1"]);
  });

  it("sends gracefulReload's old workers away gracefully", () => {
    const app = fakeApp(1, { kind: "gracefulReload" });
    app.step();
    app.ready(app.latest(1));
    assert.equal(app.did.at(-1), "dismiss 1 handoff graceful");
  });

  it("renews one worker within its generation", () => {
    const app = fakeApp(3, { slots: [2], single: true, from: 1, to: 1, surge: 1 });
    app.step();
    assert.deepEqual(app.did, ["start 2"]);
    const { slot, total } = app.renewal.view(false);
    assert.deepEqual([slot, total], [2, 1]);
    app.ready(app.latest(2));
    assert.equal(app.exit(app.worker(2)), true);
  });

  it("shows how far it is", () => {
    const app = fakeApp(3, { surge: 2 });
    const view = () => {
      const { phase, ready, total, draining, cancellable, queued } = app.renewal.view(true);
      return [phase, ready, total, draining, cancellable, queued];
    };
    app.step();
    assert.deepEqual(view(), ["starting", 0, 3, 0, true, true]);
    app.ready(app.latest(1));
    assert.deepEqual(view(), ["starting", 1, 3, 0, true, true]);
    app.ready(app.latest(2));
    assert.deepEqual(view(), ["draining", 2, 3, 2, false, true]);
    app.exit(app.worker(1));
    app.exit(app.worker(2));
    assert.deepEqual(view(), ["starting", 2, 3, 0, false, true]);
  });
});

describe("renewal: reload of saved files", () => {
  const saved = { canary: true, files: ["server.js"], proven: 60_000 } as const;
  /** It was ready long ago, so it has been proven. */
  const prove = (app: FakeApp, slot: number): boolean => {
    app.latest(slot).readyAt = 1;
    return app.step();
  };

  it("starts the others as soon as the first is ready, lets that one lead, and keeps the old ones until all are ready", () => {
    const app = fakeApp(3, saved);
    app.step();
    assert.deepEqual(app.did, ["start 1"]);
    app.ready(app.latest(1));
    assert.deepEqual(
      app.did.filter((what) => what.startsWith("start")),
      ["start 1", "start 2", "start 3"],
    );
    const leads = () => app.renewal.leader?.id;
    assert.equal(leads(), undefined);
    prove(app, 1);
    assert.equal(leads(), app.latest(1).id);
    app.ready(app.latest(2), app.latest(3));
    prove(app, 2);
    assert(!app.did.some((what) => what.startsWith("dismiss")));
    prove(app, 3);
    assert.deepEqual(app.did.slice(-4), ["commit 2", "dismiss 1 handoff", "dismiss 2 handoff", "dismiss 3 handoff"]);
    assert.equal(leads(), undefined);
  });

  it("rolls back as a whole when one fails beside the one that leads", () => {
    const app = fakeApp(2, saved);
    app.step();
    app.ready(app.latest(1));
    prove(app, 1);
    app.fail(app.latest(2));
    assert.deepEqual([app.renewal.leader, app.did.at(-1)], [undefined, "dismiss 3 handoff"]);
    assert.equal(app.exit(app.worker(3)), true);
    assert.deepEqual(
      [reportOf(app).outcome, app.worker(1).dismissed, app.worker(2).dismissed],
      ["rolledBack", false, false],
    );
  });

  it("lets no client meet what was started before the files changed again", () => {
    const app = fakeApp(1, saved);
    app.step();
    app.filesPending = true;
    app.ready(app.latest(1));
    prove(app, 1);
    assert.deepEqual([app.renewal.leader, app.did.includes("commit 2")], [undefined, false]);
    app.filesPending = false;
    app.step();
    assert(app.did.includes("commit 2"));
  });

  it("can be superseded until the old workers are told to go, or it has been told how it ended", () => {
    const app = fakeApp(2, saved);
    app.step();
    assert.equal(app.renewal.supersedable, true);
    app.fail(app.latest(1));
    assert.equal(app.renewal.supersedable, true);
    app.renewal.conclude();
    assert.equal(app.renewal.supersedable, false);

    const late = fakeApp(1, saved);
    late.step();
    late.ready(late.latest(1));
    prove(late, 1);
    assert.equal(late.renewal.supersedable, false);

    const asked = fakeApp(1);
    asked.step();
    assert.equal(asked.renewal.supersedable, false);
  });
});

describe("renewal: restart", () => {
  const restart = { kind: "restart" } as const;

  it("sends the old away first, and starts the new when they are gone", () => {
    const app = fakeApp(2, restart);
    assert.deepEqual(app.did, ["dismiss 1", "dismiss 2"]);
    assert.equal(app.renewal.view(false).phase, "stopping");
    app.step();
    app.exit(app.worker(1));
    assert.equal(app.did.length, 2);
    app.exit(app.worker(2), { killed: true });
    assert.deepEqual(app.did.slice(2), ["commit 2", "start 1", "start 2"]);
    app.ready(app.latest(1));
    assert.equal(app.ready(app.latest(2)), true);
    const { outcome, killed } = reportOf(app);
    assert.deepEqual([outcome, killed], ["completed", 1]);
  });

  it("owns its slots until it starts them, can't be cancelled, and fails for good", () => {
    const app = fakeApp(1, restart);
    const slot = app.slots.get(1);
    assert(slot !== undefined);
    assert.equal(app.renewal.owns(slot), true);
    assert.equal(app.renewal.cancel("No."), false);
    app.exit(app.worker(1));
    assert.equal(app.fail(app.latest(1), sampleFailure({ message: "Boom." })), true);
    const { outcome, reason } = reportOf(app);
    assert.deepEqual([outcome, reason], ["failed", "Boom."]);
  });

  it("ends when the app stops", () => {
    const app = fakeApp(1, restart);
    app.renewal.abort("The app was stopped.");
    assert.equal(app.exit(app.worker(1)), true);
    const { outcome, reason } = reportOf(app);
    assert.deepEqual([outcome, reason], ["failed", "The app was stopped."]);
    assert(!app.did.includes("start 1"));
  });

  describe("with stopFirst", () => {
    const stopFirst = { stopFirst: true, surge: 1 };

    it("ends each old worker before its new one starts, and hands over where another serves", () => {
      const app = fakeApp(2, stopFirst);
      app.step();
      assert.deepEqual(app.did, ["dismiss 1 handoff"]);
      assert.equal(app.renewal.owns(slotOf(app, 1)), true);
      app.exit(app.worker(1));
      app.ready(app.latest(1));
      assert.deepEqual(app.did.splice(0), ["dismiss 1 handoff", "start 1", "commit 2", "dismiss 2 handoff"]);
      app.exit(app.worker(2));
      assert.equal(app.ready(app.latest(2)), true);
      assert.deepEqual(app.did, ["start 2", "commit 2"]);
      const { outcome, unserved, stoppedFirst } = reportOf(app);
      assert.deepEqual([outcome, unserved, stoppedFirst], ["completed", undefined, true]);
    });

    it("renews a slot whose worker is down before it ends the only one that serves", () => {
      const app = fakeApp(2, stopFirst);
      app.worker(2).state = "starting";
      app.step();
      app.exit(app.worker(2));
      app.ready(app.latest(2));
      assert.deepEqual(app.did, ["dismiss 2 handoff", "start 2", "commit 2", "dismiss 1 handoff"]);
    });

    it("lets the old one be started again when the new one fails, and not before that has gone", () => {
      const app = fakeApp(1, stopFirst);
      app.worker(1).servers.set("http|80", { url: "http://127.0.0.1:80" });
      app.step();
      app.exit(app.worker(1));
      const fresh = app.latest(1);
      app.renewal.workerFailed(fresh as unknown as WorkerHandle, sampleFailure());
      assert.equal(app.step(), false);
      assert.equal(app.renewal.owns(slotOf(app, 1)), true);
      assert.equal(app.exit(fresh), false);
      assert.equal(app.renewal.owns(slotOf(app, 1)), false);
      assert.equal(slotOf(app, 1).generation, 1);
      assert.deepEqual(app.did, ["dismiss 1", "start 1", "dismiss 2 handoff"]);
      assert.equal(app.renewal.view(false).phase, "rollingBack");
      assert.equal(app.ready(app.restart(1)), true);
      const { outcome, unserved } = reportOf(app);
      assert.deepEqual([outcome, unserved], ["rolledBack", 1]);
    });

    it("has failed when the old one does not start again either, and says why", () => {
      const app = fakeApp(1, stopFirst);
      app.step();
      app.exit(app.worker(1));
      const fresh = app.latest(1);
      app.renewal.workerFailed(fresh as unknown as WorkerHandle, sampleFailure());
      assert.equal(app.exit(fresh), false);
      app.restart(1);
      assert.equal(app.step(), false);
      const slot = slotOf(app, 1);
      slot.current = undefined;
      slot.lastFailure = { ...sampleFailure(), message: "It is broken." };
      assert.equal(app.step(), true);
      const { outcome, reason } = reportOf(app);
      assert.equal(outcome, "failed");
      assert.match(reason ?? "", /Generation 1 did not start again either: It is broken\.$/);
    });

    it("is over when the slot of the one that is started again is closed", () => {
      const app = fakeApp(1, stopFirst);
      app.step();
      app.exit(app.worker(1));
      const fresh = app.latest(1);
      app.renewal.workerFailed(fresh as unknown as WorkerHandle, sampleFailure());
      assert.equal(app.exit(fresh), false);
      assert.equal(app.removeSlot(1), true);
    });

    it("is undone by a cancel while the old one is going", () => {
      const app = fakeApp(1, stopFirst);
      app.step();
      assert.equal(app.renewal.cancel("Cancelled."), true);
      assert.equal(app.renewal.owns(slotOf(app, 1)), true);
      assert.equal(app.exit(app.worker(1)), false);
      assert.equal(app.ready(app.restart(1)), true);
      assert.deepEqual([reportOf(app).outcome, app.renewal.owns(slotOf(app, 1))], ["cancelled", false]);
    });
  });
});
