import type { HandleAddress } from "./clusterInternals.ts";

/** Where a server listens that may be given who came to another address of its port. */
export interface StandIn extends Pick<HandleAddress, "address" | "port"> {
  /** It listens on all addresses of IPv6 and leaves IPv4 out. */
  readonly ipv6Only: boolean;
}

/**
 * Whether a client would have been let in by a server at `place` too. What it came to is the address at this side of its connection,
 * whatever the server that let it in listened on.
 */
export function canStandIn({ address, port, ipv6Only }: StandIn, client: HandleAddress | undefined): boolean {
  if (client === undefined || client.port !== port) {
    return false;
  }
  const isIpv4 = client.address.startsWith(mapped) || !client.address.includes(":");
  switch (address) {
    case "::":
      return !isIpv4 || !ipv6Only;
    case "0.0.0.0":
      return isIpv4;
    default:
      return unmapped(address) === unmapped(client.address);
  }
}

/** How a socket of IPv6 names an address of IPv4. */
const mapped = "::ffff:";

function unmapped(address: string): string {
  return address.startsWith(mapped) ? address.slice(mapped.length) : address;
}
