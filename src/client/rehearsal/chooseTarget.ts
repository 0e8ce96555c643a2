import { HitlessError } from "../../shared/errors.ts";
import type { RehearsalProtocol } from "../../shared/rehearsal/rehearsalResult.ts";
import type { Snapshot } from "../../shared/snapshot.ts";
import type { RehearsalTarget } from "./loads/load.ts";
import type { RehearsalWish } from "./rehearsalPlan.ts";

const schemeOf: Readonly<Record<RehearsalProtocol, readonly string[]>> = {
  http: ["http:", "unix:"],
  https: ["https:"],
  h2: ["https:", "http:", "unix:"],
  ws: ["http:", "https:", "unix:"],
  sse: ["http:", "https:", "unix:"],
};

/**
 * The app's own address that a rehearsal asks, and how; never another one.
 * @throws HitlessError `invalidState` when the app has none, `usage` when the wished one is none of the app's.
 */
export function chooseTarget(
  { app }: Snapshot,
  wish: RehearsalWish,
): { readonly target: RehearsalTarget; readonly protocol: RehearsalProtocol } {
  const { name, addresses } = app;
  if (addresses.length === 0) {
    throw new HitlessError("invalidState", `${name} listens nowhere, so there is nothing that a client could ask it.`);
  }
  if (wish.address !== undefined && !addresses.includes(wish.address)) {
    throw new HitlessError(
      "usage",
      `${name} does not listen on ${wish.address}; a rehearsal asks the app's own addresses only: ${addresses.join(", ")}.`,
    );
  }
  const candidates = wish.address === undefined ? addresses : [wish.address];
  const wanted = wish.protocol === undefined ? ["http:", "https:", "unix:"] : schemeOf[wish.protocol];
  const address = candidates.find((candidate) => wanted.includes(schemeIn(candidate)));
  if (address === undefined) {
    throw new HitlessError(
      "invalidState",
      `${name} has no address that speaks ${wish.protocol ?? "HTTP"}: it listens on ${candidates.join(", ")}.`,
    );
  }
  const scheme = schemeIn(address);
  const usual = scheme === "https:" ? "https" : "http";
  return { target: targetOf(address), protocol: wish.protocol ?? usual };
}

function schemeIn(address: string): string {
  return address.slice(0, address.indexOf(":") + 1);
}

function targetOf(address: string): RehearsalTarget {
  return address.startsWith("unix:")
    ? { address, origin: "http://localhost", isTls: false, socketPath: address.slice("unix:".length) }
    : { address, origin: address, isTls: address.startsWith("https:") };
}
