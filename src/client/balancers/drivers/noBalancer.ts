import { HitlessError } from "../../../shared/errors.ts";
import type { Balancer } from "../balancer.ts";

export interface NoBalancerOptions {
  /** Milliseconds between one machine and the next. */
  readonly pauseMs: number;
  /** Milliseconds for which the balancer passes a machine over that has failed. */
  readonly failTimeoutMs: () => Promise<number>;
}

/**
 * For balancers that find out by themselves that a machine does not answer. They go on passing it over for a while when
 * it does again; a fleet that is faster than that has no machine left after a few.
 */
export function noBalancer({ pauseMs, failTimeoutMs }: NoBalancerOptions): Balancer {
  return {
    findsOut: true,
    async check() {
      const needed = await failTimeoutMs();
      if (pauseMs <= needed) {
        throw new HitlessError(
          "badConfig",
          `The fleet goes on to the next machine after ${pauseMs} ms, and its balancer passes a restarted one over for ${needed} ms: soon none would be left. Set pause to more than ${needed} ms, or give the fleet a balancer.`,
        );
      }
    },
    drain: async () => undefined,
    undrain: async () => undefined,
    isOut: async () => false,
    addressOf: async () => undefined,
    byHand: () => "",
  };
}
