import type { BalancerSettings } from "../../shared/settings/balancerSettings.ts";
import type { RunCommand } from "../machines/runCommand.ts";
import type { Balancer } from "./balancer.ts";
import type { FleetFacts } from "./check/finding.ts";
import { configuredFailTimeoutMs } from "./checkBalancer.ts";
import { commandsBalancer } from "./drivers/commandsBalancer.ts";
import { haproxyBalancer } from "./drivers/haproxyBalancer.ts";
import { nginxBalancer } from "./drivers/nginxBalancer.ts";
import { noBalancer } from "./drivers/noBalancer.ts";

/** Of nginx, in milliseconds. */
const usualFailTimeoutMs = 10_000;

/**
 * The driver for a fleet's balancer.
 * @param run Runs commands where the balancer is: on the machine that its settings name, else on this computer.
 */
export function createBalancer(settings: BalancerSettings, run: RunCommand, facts: FleetFacts): Balancer {
  switch (settings.kind) {
    case "haproxy":
      return haproxyBalancer(settings, run);
    case "nginx":
      return nginxBalancer(settings, run);
    case "commands":
      return commandsBalancer(settings, run);
    case "none":
      return noBalancer({
        pauseMs: facts.pauseMs,
        failTimeoutMs: async () =>
          (await configuredFailTimeoutMs(settings, run, facts)) ?? settings.failTimeout ?? usualFailTimeoutMs,
      });
  }
}
