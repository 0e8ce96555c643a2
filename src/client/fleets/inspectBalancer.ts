import { toHitlessError } from "../../shared/errors.ts";
import type { Finding, KeepAliveReading } from "../balancers/check/finding.ts";
import { checkBalancer } from "../balancers/checkBalancer.ts";
import type { FleetProblem } from "./checkFleet.ts";
import { factsOf, settingsOf } from "./fleetBalancer.ts";
import type { FleetSession } from "./fleetSession.ts";

/** What is wrong with a fleet's balancer; `problems` where its configuration can't be had or understood. */
export interface BalancerInspection {
  readonly findings: readonly Finding[];
  readonly problems: readonly FleetProblem[];
}

/**
 * Reads the balancer's configuration where the fleet's settings say. Never rejects.
 * @param keepAlive For how long the app keeps idle connections.
 */
export async function inspectBalancer(
  session: FleetSession,
  keepAlive: readonly KeepAliveReading[],
): Promise<BalancerInspection> {
  const { fleet, machines } = session.plan;
  try {
    const facts = factsOf(fleet, machines, keepAlive);
    return { findings: await checkBalancer(settingsOf(fleet), session.balancerRun(), facts), problems: [] };
  } catch (thrown) {
    const { message, detail } = toHitlessError(thrown);
    return { findings: [], problems: [{ severity: "error", message, detail }] };
  }
}
