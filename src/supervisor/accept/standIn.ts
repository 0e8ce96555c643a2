import type { ListenQuery } from "./clusterInternals.ts";

/** Of a server that leaves IPv4 out (`UV_TCP_IPV6ONLY`). */
const ipv6Only = 1;

type Place = Pick<ListenQuery, "address" | "port" | "addressType" | "flags">;

/** Whether whoever came to a port at `former` would have been let in by a server at `place` too. */
export function canStandIn(place: Place, former: Place): boolean {
  if (place.port <= 0 || place.port !== former.port) {
    return false;
  }
  const isForAll = place.address === null || place.address === "::";
  return (
    place.address === former.address ||
    (isForAll && place.flags !== ipv6Only) ||
    (place.address === "0.0.0.0" && former.addressType === 4)
  );
}
