import type { DrainedMachine } from "../../shared/machines/fleetRun.ts";
import type { Balancer } from "../balancers/balancer.ts";

/** Milliseconds for a balancer to tell. */
const askMs = 20_000;

/**
 * Those that are still out, as far as is known: a person may have put one back, or the machine of the balancer itself. One of
 * which the balancer can't tell, or can't be asked, counts as out.
 * @param drained What is written down.
 */
export async function stillDrained(
  drained: readonly DrainedMachine[],
  balancer: Balancer | undefined,
): Promise<DrainedMachine[]> {
  const asked = await Promise.all(
    drained.map(async (one) => {
      const signal = AbortSignal.timeout(askMs);
      const isOut = await balancer?.isOut(one.machine, { signal }).catch(() => undefined);
      return isOut === false ? [] : [one];
    }),
  );
  return asked.flat();
}

/** What a person reads of it. */
export function drainedText({ machine, who, since }: DrainedMachine): string {
  return `${machine} was taken out of the balancer by ${who} at ${new Date(since).toISOString()}, and not put back.`;
}
