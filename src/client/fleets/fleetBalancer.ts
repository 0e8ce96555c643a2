import { toHitlessError } from "../../shared/errors.ts";
import { lacksOnlyHitless } from "../../shared/machines/balancerMachines.ts";
import type { BalancerSettings } from "../../shared/settings/balancerSettings.ts";
import type { Balancer } from "../balancers/balancer.ts";
import type { FleetFacts, KeepAliveReading } from "../balancers/check/finding.ts";
import { createBalancer } from "../balancers/createBalancer.ts";
import type { RunCommand } from "../machines/runCommand.ts";
import { runOverSsh } from "../machines/runOverSsh.ts";
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
    ...(balancer.kind === "nginx" && balancer.acceptResets === true && { acceptsResets: true }),
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

/**
 * Runs commands where the balancer is: here, or on its machine. That one is connected with the first command, and needs no
 * Hitless: without, each command has an ssh of its own.
 * @param connect Connects to Hitless there.
 */
export function balancerRun(
  machine: Machine | undefined,
  connect: (machine: Machine) => Promise<{ run: RunCommand }>,
): RunCommand {
  if (machine === undefined) {
    return runLocally;
  }
  const open = async (): Promise<RunCommand> => {
    try {
      const connection = await connect(machine);
      return (argv, options) => connection.run(argv, options);
    } catch (error) {
      if (lacksOnlyHitless(toHitlessError(error).code)) {
        return runOverSsh(machine);
      }
      throw error;
    }
  };
  let opening: Promise<RunCommand> | undefined;
  return async (argv, options) => {
    opening ??= open();
    return (await opening)(argv, options);
  };
}

/**
 * The host of a destination of ssh: `[user@]host`, in which colons belong to an address of IPv6, or
 * `ssh://[user@]host[:port]`, in which such an address stands in brackets.
 */
export function hostOf(ssh: string): string {
  const isUri = ssh.startsWith("ssh://");
  const whole = isUri ? (ssh.slice("ssh://".length).split("/", 1)[0] ?? "") : ssh;
  const host = whole.slice(whole.lastIndexOf("@") + 1);
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  return bracketed?.[1] ?? (isUri ? (host.split(":", 1)[0] ?? host) : host);
}
