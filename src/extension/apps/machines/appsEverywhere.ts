import type { Disposable } from "../../../shared/basics/disposable.ts";
import type { AppRegistry } from "../appRegistry.ts";
import type { AppSession } from "../appSession.ts";
import type { AppView } from "../appView.ts";
import type { MachineRegistry } from "./machineRegistry.ts";

/** All apps that can be commanded from this window: those here, and behind them those on other machines. */
export interface AppsEverywhere {
  /** Whether the workspace has been searched once. */
  readonly scanned: boolean;
  readonly sessions: readonly AppSession[];
  readonly apps: readonly AppView[];
  find(key: string): AppSession | undefined;
  onDidChange(listener: () => void): Disposable;
}

export function appsEverywhere(
  registry: Pick<AppRegistry, "scanned" | "sessions" | "find" | "onDidChange">,
  machines: Pick<MachineRegistry, "sessions" | "find" | "onDidChange">,
): AppsEverywhere {
  const sessions = () => [...registry.sessions, ...machines.sessions];
  return {
    get scanned() {
      return registry.scanned;
    },
    get sessions() {
      return sessions();
    },
    get apps() {
      return sessions().map(({ view }) => view);
    },
    find: (key) => registry.find(key) ?? machines.find(key),
    onDidChange(listener) {
      const listening = [registry.onDidChange(listener), machines.onDidChange(listener)];
      return { dispose: () => listening.forEach((each) => void each.dispose()) };
    },
  };
}
