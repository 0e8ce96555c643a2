import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { HitlessError } from "../../shared/errors.ts";
import type { Endpoint, LaunchMessage } from "../../shared/launch.ts";
import type { RequestParams } from "../../shared/protocol.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { AppSupervisor } from "../app/appSupervisor.ts";
import { checkSchedule } from "../app/checkSchedule.ts";
import { removeSocket } from "../control/endpointFile.ts";
import { Upgrade, type UpgradeOptions } from "./runningUpgrade.ts";

export interface UpgradesOptions extends Pick<UpgradeOptions, "logs" | "logFiles" | "events" | "monitor"> {
  readonly app: AppSupervisor;
  readonly launch: LaunchMessage;
  /** The new supervisor serves: clients are to go there. */
  readonly moved: (endpoint: Endpoint) => void;
  /** It has failed and is gone; clients may have been able to find it. */
  readonly failed: () => void;
  /** Nothing is left to do here. */
  readonly left: () => void;
}

/** The renewals of this supervisor: one at a time, and the last one ends it. */
export interface Upgrades {
  /** Whether another supervisor has the app, and this one's workers drain. */
  readonly isLeaving: boolean;
  /**
   * Resolves with the report once the old workers are gone, or the new supervisor has failed.
   * @throws HitlessError `invalidState`, or `supervisorFailed` when the program can't be started.
   */
  start(wish: RequestParams<"app/upgrade">, cancelled: AbortSignal): Promise<RenewalReport>;
  /** Ends the running one, if that is still possible. */
  cancel(reason: string): boolean;
  /** Passes on what somebody wants of the app by a signal to this process. */
  forward(signal: Parameters<Upgrade["forward"]>[0]): void;
  /** The last worker here is gone. */
  stopped(): Promise<void>;
  /** This process ends: nothing of a new supervisor that has failed is left. */
  tidy(): void;
}

export function createUpgrades(options: UpgradesOptions): Upgrades {
  const { app, launch, failed, left } = options;
  let current: Upgrade | undefined;
  /** Those whose new process may still be there, and its socket. */
  const sockets = new Map<Upgrade, string>();
  return {
    get isLeaving() {
      return current?.isLeaving === true;
    },
    async start({ node, supervisorFile, version, origin: wanted }, cancelled) {
      if (process.platform === "win32") {
        const why = "On Windows a supervisor can't be renewed without a stop. Stop the app and start it.";
        throw new HitlessError("invalidState", why);
      }
      const logFile = launch.endpointFile.replace(/json$/, "log");
      const { path = process.execPath, version: nodeVersion = process.version } = node ?? {};
      // By what the files say now, as in any renewal, and for that Node.js.
      const reading = await app.renewalRequests.readForUpgrade({ path, version: nodeVersion }, wanted);
      await checkSchedule(reading.recipe.schedule);
      const wish = { node: path, nodeVersion, supervisorFile, version, logFile, ...reading };
      const socket = socketBeside(launch.socket);
      const upgrade: Upgrade = app.succession.beginUpgrade(
        () =>
          new Upgrade(
            {
              ...options,
              version: launch.version,
              socket,
              failed() {
                sockets.delete(upgrade);
                removeSocket(socket);
                failed();
              },
            },
            wish,
          ),
      );
      current = upgrade;
      sockets.set(upgrade, socket);
      const cancel = (): void => void upgrade.cancel("Cancelled.");
      if (cancelled.aborted) {
        cancel();
      }
      cancelled.addEventListener("abort", cancel, { once: true });
      try {
        const report = await upgrade.ended;
        if (upgrade.isLeaving) {
          // The answer goes out first.
          left();
        } else {
          current = undefined;
        }
        return report;
      } finally {
        cancelled.removeEventListener("abort", cancel);
      }
    },
    cancel: (reason) => current?.cancel(reason) ?? false,
    forward: (signal) => current?.forward(signal),
    stopped: async () => current?.left(),
    tidy() {
      for (const [upgrade, socket] of sockets) {
        if (upgrade.endWithUs()) {
          removeSocket(socket);
        }
      }
    },
  };
}

function socketBeside(socket: string): string {
  return join(dirname(socket), `${randomBytes(5).toString("hex")}.sock`);
}
