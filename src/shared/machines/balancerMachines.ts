import type { ErrorCode } from "../errors.ts";
import type { FleetConfig } from "../settings/fleetSettings.ts";

/** What is to be known of a fleet to tell what a machine is in it. */
export type FleetPlaces = Pick<FleetConfig, "machines" | "balancer"> & { readonly name: string };

/** Fleets whose balancer a machine is, if it has no other part in any. */
export function fleetsBalancedBy(machine: string, fleets: readonly FleetPlaces[]): string[] {
  const isMember = fleets.some(({ machines }) => machines.includes(machine));
  const names = fleets.flatMap(({ name, balancer }) => (balancer?.machine === machine ? [name] : []));
  return isMember ? [] : [...new Set(names)];
}

/** Whether all that is wrong with a machine is that it has no Hitless that could be talked to, which a balancer needs not. */
export function lacksOnlyHitless(code: ErrorCode): boolean {
  return code === "hitlessMissing" || code === "protocolMismatch";
}
