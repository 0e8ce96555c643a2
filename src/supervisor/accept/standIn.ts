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

/**
 * Whether two addresses of one port can't be open at once. `::` is taken for one that takes IPv4 too: whether it does is known of
 * those only that are open, see `ipv6Only`.
 */
export function areAtOdds(open: StandIn, asked: StandIn): boolean {
  if (open.port !== asked.port) {
    return false;
  }
  const [one, other] = [unmapped(open.address), unmapped(asked.address)];
  const isIpv4 = (address: string): boolean => !address.includes(":");
  if (one === "::" || other === "::") {
    const [whole, part] = one === "::" ? [open, other] : [asked, one];
    return !isIpv4(part) || !whole.ipv6Only;
  }
  return one === other || ((one === "0.0.0.0" || other === "0.0.0.0") && isIpv4(one) && isIpv4(other));
}
