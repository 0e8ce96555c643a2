import { createHash, randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { BalancerSettings } from "../../shared/settings/balancerSettings.ts";
import { createBalancer } from "../balancers/createBalancer.ts";
import { writeAtomically } from "./fleetLocks.ts";
import { runLocally } from "./runLocally.ts";
import { stateFolder } from "./stateFolder.ts";

/** Milliseconds for a machine that is being restarted to accept connections again, between two looks, and for one of them. */
const servesMs = 300_000;
const lookMs = 500;
const acceptMs = 2_000;

/** What a client has taken out of the balancer that runs here. */
export interface DrainGuards {
  /** Told before a machine is taken out, and when it is back. */
  set(balancer: BalancerSettings, machine: string, isOut: boolean): Promise<void>;
  /**
   * The client has gone: puts back what it left out, each once it accepts connections, for at most 5 minutes. What nobody can
   * tell of (a balancer that is told by commands) stays out, and is the next command's. Never rejects.
   */
  release(): Promise<void>;
}

export function createDrainGuards(): DrainGuards {
  const token = randomUUID();
  const out = new Map<string, BalancerSettings>();
  return {
    async set(balancer, machine, isOut) {
      if (isOut) {
        out.set(machine, balancer);
        await writeAtomically(guardFile(balancer, machine), token);
      } else if (out.delete(machine)) {
        await rm(guardFile(balancer, machine), { force: true });
      }
    },
    async release() {
      await Promise.allSettled([...out].map(([machine, balancer]) => putBack(balancer, machine, token)));
    },
  };
}

async function putBack(settings: BalancerSettings, machine: string, token: string): Promise<void> {
  const facts = { machines: [], pauseMs: 0, driver: settings.kind, verifies: false };
  const balancer = createBalancer(settings, runLocally, facts);
  const address = await balancer.addressOf(machine);
  const file = guardFile(settings, machine);
  const until = performance.now() + servesMs;
  while (address !== undefined && performance.now() < until) {
    // Another one has taken it out meanwhile, or put it back.
    if ((await readFile(file, "utf8").catch(() => "")) !== token) {
      return;
    }
    if (await accepts(address)) {
      await balancer.undrain(machine);
      await rm(file, { force: true });
      return;
    }
    await delay(lookMs);
  }
}

function accepts({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: acceptMs });
    const settle = (isAccepted: boolean) => {
      socket.destroy();
      resolve(isAccepted);
    };
    socket.once("connect", () => settle(true));
    socket.once("timeout", () => settle(false));
    socket.once("error", () => settle(false));
  });
}

function guardFile({ kind }: BalancerSettings, machine: string): string {
  const name = createHash("sha256")
    .update(JSON.stringify([kind, machine]))
    .digest("hex")
    .slice(0, 16);
  return join(stateFolder(), `drained-${name}`);
}
