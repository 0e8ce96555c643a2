import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { type DeadSupervisor, deathLimit, SupervisorDeaths, startAgain } from "../../client/launch/supervisorDeath.ts";
import { toHitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import type { AppDefinition } from "./appDefinition.ts";
import { connectTo, type LaunchPlan, launchPlanned, planLaunch } from "./launchApp.ts";
import type { SessionHost } from "./sessionHost.ts";

export interface Relaunched {
  readonly client: SupervisorClient;
  /** How it was started; absent if another supervisor has the app, which was not started here. */
  readonly plan?: LaunchPlan;
}

/** Starts the supervisors of one app again that have died. Imported with the first that has. */
export class Relauncher {
  readonly #host: SessionHost;
  readonly #deaths = new SupervisorDeaths();

  constructor(host: SessionHost) {
    this.#host = host;
  }

  /** Counts a death. Returns why the supervisor is not started again; `undefined`: it is to be. */
  refuses(): string | undefined {
    const { times, withinMs } = deathLimit;
    return this.#deaths.add()
      ? undefined
      : this.#host.t("That was {0} times within {1} s, so it is not started again.", times + 1, withinMs / 1_000);
  }

  /**
   * Starts the app by its settings as they are now; if those are wrong, as it was started.
   * @param former How it was started, if that is known.
   * @throws HitlessError what planning or starting it throws.
   */
  async startAgain(
    dead: Omit<DeadSupervisor, "folder">,
    definition: AppDefinition,
    former: LaunchPlan | undefined,
  ): Promise<Relaunched> {
    const host = this.#host;
    const makePlan = async (): Promise<LaunchPlan> => {
      try {
        return await planLaunch(definition, host);
      } catch (error) {
        if (former === undefined) {
          throw error;
        }
        host.log.warn(toHitlessError(error).message);
        return former;
      }
    };
    let plan: LaunchPlan | undefined;
    const launch = async (): Promise<Endpoint> => {
      plan = await makePlan();
      return launchPlanned(plan, host);
    };
    const { endpoint, byOther } = await startAgain({ ...dead, folder: host.runtimeFolder() }, launch);
    const client = await connectTo(endpoint, host);
    return byOther || plan === undefined ? { client } : { client, plan };
  }
}
