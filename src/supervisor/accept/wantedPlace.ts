import { existsSync } from "node:fs";
import type { AcceptPool } from "./acceptPool.ts";
import {
  addressOf,
  type BoundHandle,
  bindHandle,
  ipv6Only,
  type ListeningHandle,
  type ListenQuery,
  openHandle,
} from "./clusterInternals.ts";
import { areAtOdds, type StandIn } from "./standIn.ts";

/** Where workers want to listen: a port of one address or of all, or a path. */
export class WantedPlace {
  readonly query: ListenQuery;

  constructor(query: ListenQuery) {
    this.query = query;
  }

  get isPath(): boolean {
    return this.query.port === -1;
  }

  /** Whether it leaves IPv4 out. */
  get leavesIpv4Out(): boolean {
    return this.query.flags === ipv6Only;
  }

  /** Of a Unix socket; `undefined` for a port, and for what has no file: an abstract socket, a pipe of Windows. */
  get path(): string | undefined {
    const { address } = this.query;
    const hasFile = this.isPath && process.platform !== "win32" && address?.startsWith("\0") === false;
    return hasFile ? (address ?? undefined) : undefined;
  }

  /** `undefined` for a path, and for one whose port the system is to choose while nothing is open there. */
  portOf(handle: ListeningHandle | undefined): number | undefined {
    return this.query.port > 0 ? this.query.port : handle && addressOf(handle)?.port;
  }

  /** Whether a handle that is open here is where a server says that it listens, by its key: a path, or an IP address and port. */
  isAt(key: string, handle: ListeningHandle | undefined): boolean {
    if (this.isPath) {
      return key === this.query.address;
    }
    const open = handle && addressOf(handle);
    return open !== undefined && key === `${open.address}|${open.port}`;
  }

  /** Where it is open, or is to be; `undefined` for a path, and for one whose port the system is to choose. */
  addressOf(handle: ListeningHandle | undefined): (StandIn & { readonly family: string }) | undefined {
    const { address, port } = this.query;
    const open = handle && addressOf(handle);
    // Without a host, `node:net` listens on all addresses of IPv6, which has IPv4 too.
    const host = open?.address ?? address ?? "::";
    const family = host.includes(":") ? "IPv6" : "IPv4";
    return port > 0 ? { address: host, port, family, ipv6Only: this.leavesIpv4Out } : undefined;
  }

  /** Whether it can't be opened while something is open there. */
  isKeptBy(open: StandIn | undefined): boolean {
    const wanted = this.addressOf(undefined);
    return open !== undefined && wanted !== undefined && areAtOdds(open, wanted);
  }

  /** Binds it, or takes what was kept of it while no supervisor ran. @param key Of the address. */
  bind(key: string, { store, paths }: Pick<AcceptPool, "store" | "paths">): BoundHandle {
    const kept = store.take(key);
    if (kept !== undefined) {
      const handle = this.#open(kept, paths);
      if (handle !== undefined) {
        return handle;
      }
      store.release(key);
    }
    return this.path === undefined
      ? bindHandle(this.query)
      : paths.bind(this.path, (address) => bindHandle({ ...this.query, address }));
  }

  /** `undefined`: clients would not find it. */
  #open(fd: number, paths: AcceptPool["paths"]): ListeningHandle | undefined {
    const handle = openHandle(fd);
    if (this.path === undefined || handle === undefined) {
      return handle;
    }
    paths.adopt(this.path, handle);
    if (existsSync(this.path)) {
      return handle;
    }
    handle.close();
    return undefined;
  }
}
