import { hostAndPort } from "../../shared/text/hostAndPort.ts";
import type { ServerAddress, ServerProtocol } from "../../shared/workerMessages.ts";

/** A server of a worker that listens. */
export interface ListeningServer {
  readonly url: string;
  readonly protocol: ServerProtocol | "udp";
  /** Whether its connections can be handed over. */
  readonly handoff: boolean;
  /** The system chose the port, so the next worker has another one. */
  readonly systemPort: boolean;
}

const schemes: Readonly<Record<ServerProtocol, string>> = {
  http: "http",
  https: "https",
  http2: "http",
  https2: "https",
  tcp: "tcp",
  tls: "tls",
};

/**
 * The address by which a user reaches a server, such as `http://127.0.0.1:3000`. A wildcard address is shown as the
 * loopback one, a Unix socket as `unix:/path` (`http+unix:` has no standard form).
 */
export function addressUrl(protocol: ServerProtocol, address: ServerAddress): string {
  if (typeof address === "string") {
    return `unix:${address}`;
  }
  const host = isWildcard(address.address) ? "127.0.0.1" : address.address;
  return `${schemes[protocol]}://${hostAndPort(host, address.port)}`;
}

/** Where the app asked to listen, by its server's key: `0.0.0.0:3000`, `[::1]:3000` or a path. A wildcard address stays one. */
export function exactPlace(key: string): string {
  const [, host, port] = /^([^|]*)\|(\d+)$/.exec(key) ?? [];
  return host === undefined || port === undefined ? key : hostAndPort(host, port);
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
