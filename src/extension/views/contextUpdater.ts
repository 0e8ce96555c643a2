import type { Disposable } from "../../shared/basics/disposable.ts";
import type { AppRegistry } from "../apps/appRegistry.ts";
import { failedRenewal, isActive, webAddresses } from "../apps/appView.ts";
import type { FleetRuns } from "../apps/machines/fleetRuns.ts";
import type { MachineRegistry } from "../apps/machines/machineRegistry.ts";
import { contextKeys } from "../ids.ts";
import type { SetContext } from "../platform/contextKeys.ts";

/** Keeps the context keys of package.json's `when` clauses current. */
export function followContext(
  registry: Pick<AppRegistry, "apps" | "scanned" | "onDidChange">,
  machines: Pick<MachineRegistry, "fleets" | "machines" | "onDidChange">,
  fleetRuns: Pick<FleetRuns, "of" | "onDidChange">,
  set: SetContext,
): Disposable {
  const update = () => {
    const { apps } = registry;
    set(contextKeys.hasApp, apps.length > 0);
    set(contextKeys.hasSeveralApps, apps.length > 1);
    set(contextKeys.hasRunningApp, apps.some(isActive));
    set(
      contextKeys.reloading,
      apps.some(({ snapshot }) => snapshot?.renewal?.cancellable === true),
    );
    set(
      contextKeys.keptServing,
      apps.some((app) => isActive(app) && failedRenewal(app)?.outcome === "rolledBack"),
    );
    set(
      contextKeys.hasAddress,
      apps.some((app) => webAddresses(app).length > 0),
    );
    const there = machines.machines;
    set(contextKeys.runsAnywhere, [...apps, ...there.flatMap((machine) => machine.apps)].some(isActive));
    set(contextKeys.hasMachine, there.length > 0);
    set(contextKeys.hasFleet, machines.fleets.length > 0);
    const isRunning = ({ key }: { readonly key: string }) => fleetRuns.of(key)?.outcome === "running";
    set(contextKeys.renewsFleet, machines.fleets.some(isRunning));
    set(contextKeys.scanned, registry.scanned);
  };
  update();
  const listening = [registry, machines, fleetRuns].map((source) => source.onDidChange(update));
  return { dispose: () => listening.forEach((each) => void each.dispose()) };
}
