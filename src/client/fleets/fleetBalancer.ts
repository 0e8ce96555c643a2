import type { BalancerSettings } from "../../shared/settings/balancerSettings.ts";
import type { Balancer } from "../balancers/balancer.ts";
import type { FleetFacts, KeepAliveReading } from "../balancers/check/finding.ts";
import { createBalancer } from "../balancers/createBalancer.ts";
import type { RunCommand } from "../machines/runCommand.ts";
import type { Machine } from "../machines/sshMachine.ts";
import { runLocally } from "../remote/runLocally.ts";
import type { Fleet } from "../settings/projectSettings.ts";

/** Without any settings: a balancer that finds out by itself. */
const nothingKnown: BalancerSettings = { kind: "none" };

/** What a balancer needs to know of a fleet. */
export function factsOf(
  fleet: Fleet,
  machines: readonly Machine[],
  keepAlive: readonly KeepAliveReading[] = [],
): FleetFacts {
  const { pause, verify, balancer = nothingKnown } = fleet;
  return {
    machines: machines.map(({ name, ssh }) => ({ name, hosts: [hostOf(ssh)] })),
    pauseMs: pause,
    driver: balancer.kind,
    verifies: verify !== undefined,
    keepAlive,
  };
}

/** The fleet's balancer, driven where its settings say. */
export function balancerOf(fleet: Fleet, machines: readonly Machine[], run: RunCommand): Balancer {
  return createBalancer(fleet.balancer ?? nothingKnown, run, factsOf(fleet, machines));
}

export function settingsOf({ balancer = nothingKnown }: Fleet): BalancerSettings {
  return balancer;
}

/** Runs commands where the balancer is: on a machine once it is connected, else here. */
export function balancerRun(connect: (() => Promise<{ run: RunCommand }>) | undefined): RunCommand {
  if (connect === undefined) {
    return runLocally;
  }
  let connecting: Promise<{ run: RunCommand }> | undefined;
  return async (argv, options) => {
    connecting ??= connect();
    return (await connecting).run(argv, options);
  };
}

/** The host of a destination of ssh. */
function hostOf(ssh: string): string {
  const [, host = ssh] = /^(?:ssh:\/\/)?(?:[^@/]*@)?([^:/]+)/.exec(ssh) ?? [];
  return host;
}
