import { HitlessError } from "../../shared/errors.ts";
import { hostAndPort } from "../../shared/text/hostAndPort.ts";

/** Where to listen, with a port of 0 for one that is free. */
export interface ListenPlace {
  readonly host: string;
  readonly port: number;
}

/** Nobody else's machine sees it, unless a host is named. */
const usualHost = "127.0.0.1";

/** What is written for `health`, which its schema has checked: a port, or `host:port`. */
export function parseListenAddress(written: number | string): ListenPlace {
  const text = String(written);
  const colon = text.lastIndexOf(":");
  const host = colon === -1 ? usualHost : text.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  return { host, port: Number(text.slice(colon + 1)) };
}

/** `127.0.0.1:9100`, with brackets around an IPv6 address. */
export function formatPlace({ host, port }: ListenPlace): string {
  return hostAndPort(host, port);
}

/** Says of what the system refused which setting it is, and what to do. */
export function explainRefusal(place: ListenPlace, error: NodeJS.ErrnoException): HitlessError {
  return new HitlessError("invalidState", `health: ${reasonOf(place, error)}`, {
    remedy: "openSettings",
    cause: error,
  });
}

function reasonOf(place: ListenPlace, { code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "EADDRINUSE":
      return `${formatPlace(place)} is in use. Choose another port, or stop what listens there.`;
    case "EACCES":
      return `Listening on ${formatPlace(place)} is not allowed. Ports below 1024 need special rights; choose another.`;
    case "EADDRNOTAVAIL":
      return `${place.host} is no address of this machine. Choose one of its own, or 0.0.0.0 for all.`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `The name ${place.host} can't be resolved. Give an address of this machine.`;
    default:
      return `Listening on ${formatPlace(place)} failed: ${message}.`;
  }
}
