import assert from "node:assert/strict";
import * as v from "valibot";
import type { AppView } from "../../../src/extension/apps/appView.ts";
import { createFleetRuns } from "../../../src/extension/apps/machines/fleetRuns.ts";
import type { NamedFleet } from "../../../src/extension/apps/machines/machineRegistry.ts";
import type { RemoteMachineView } from "../../../src/extension/apps/machines/remoteMachineView.ts";
import { contextKeys } from "../../../src/extension/ids.ts";
import { followContext } from "../../../src/extension/views/contextUpdater.ts";
import { createEmitter } from "../../../src/shared/basics/emitter.ts";
import { fleetSchema } from "../../../src/shared/settings/fleetSettings.ts";
import { sampleReport, sampleSnapshot } from "../client/samples.ts";
import { sampleView } from "./fixtures.ts";

describe("the context keys", () => {
  it("are all set from the beginning, and again with each change until the end", () => {
    const changes = createEmitter<void>();
    const registry = { apps: [] as AppView[], scanned: false, onDidChange: changes.on };
    const machines = { fleets: [] as NamedFleet[], machines: [] as RemoteMachineView[], onDidChange: changes.on };
    const fleetRuns = createFleetRuns();
    const values = new Map<string, boolean>();
    const following = followContext(registry, machines, fleetRuns, (key, value) => values.set(key, value));
    const none = Object.fromEntries(Object.values(contextKeys).map((key) => [key, false]));
    assert.deepEqual(Object.fromEntries(values), none);

    registry.scanned = true;
    registry.apps = [sampleView({ snapshot: undefined, state: "stopped" })];
    changes.fire();
    assert.deepEqual(Object.fromEntries(values), {
      ...none,
      [contextKeys.hasApp]: true,
      [contextKeys.scanned]: true,
    });

    const renewal = {
      kind: "reload",
      phase: "starting",
      from: 1,
      to: 2,
      ready: 0,
      total: 2,
      draining: 0,
      startedAt: 1,
      queued: false,
      cancellable: true,
    } as const;
    registry.apps = [
      sampleView({ snapshot: sampleSnapshot({ renewal }), state: "reloading" }),
      sampleView({ key: "b", reports: [sampleReport({ outcome: "rolledBack" })] }),
    ];
    const config = v.parse(fleetSchema, { app: "api", machines: ["web1", "web2"] });
    machines.fleets = [
      { key: "f", fleet: { name: "shop", ...config }, settings: { machines: [], fleets: [], files: [] } },
    ];
    const there = { key: "m", name: "web1", ssh: "web1", isOtherVersion: false, unreachable: [] };
    machines.machines = [{ ...there, state: "connected", apps: [] }];
    const run = { session: "s", fleet: "shop", app: "api", kind: "reload", who: "ada", startedAt: 1 } as const;
    fleetRuns.set("f", { ...run, outcome: "running", machines: [] });
    changes.fire();
    assert.deepEqual(
      Object.fromEntries(values),
      Object.fromEntries(Object.values(contextKeys).map((key) => [key, true])),
    );

    registry.apps = [];
    changes.fire();
    assert.equal(values.get(contextKeys.runsAnywhere), false);
    machines.machines = [{ ...there, state: "connected", apps: [sampleView()] }];
    changes.fire();
    assert.equal(values.get(contextKeys.runsAnywhere), true, "one on another machine runs too");
    assert.equal(values.get(contextKeys.hasRunningApp), false, "the palette is about those here");
    registry.apps = [sampleView()];
    changes.fire();

    assert.equal(values.get(contextKeys.keptServing), false, "nothing was rolled back");
    registry.apps = [sampleView({ state: "stopped", reports: [sampleReport({ outcome: "rolledBack" })] })];
    changes.fire();
    assert.equal(values.get(contextKeys.keptServing), false, "nothing serves");
    registry.apps = [sampleView()];
    changes.fire();

    following.dispose();
    registry.apps = [];
    changes.fire();
    assert.equal(values.get(contextKeys.hasApp), true);
  });
});
