import type { ListeningServer } from "../../worker/addresses.ts";

/** What a worker listens on, by the servers' keys. */
export type Listening = ReadonlyMap<string, Pick<ListeningServer, "url" | "protocol" | "systemPort">>;

/** Where an old worker listens and the new one of its slot does not, and vice versa; as users write addresses. */
export interface AddressChange {
  /** Without those that belong to a single worker by nature. */
  readonly lost: readonly string[];
  readonly gained: readonly string[];
  /** Whether clients of the old address would be refused although the app was not meant to move. */
  readonly isMishap: boolean;
}

export interface AddressFacts {
  readonly old: Listening;
  readonly fresh: Listening;
  /** Ports and paths on which the new worker tried to listen, or did for a moment. */
  readonly tried: ReadonlySet<number | string>;
  /** Whether the new worker is told this port by its environment or arguments. */
  readonly isTold: (port: number) => boolean;
  /** Where the other workers of the old generation listen. */
  readonly beside: readonly Listening[];
  /** Pids of both workers: an address that contains one is a worker's own. */
  readonly pids: readonly number[];
}

/**
 * Judges a new worker that does not listen wherever the old one of its slot does; `undefined` if it does.
 *
 * It is a mishap when the new worker tried the old address and went elsewhere, as an app does that
 * looks for a free port and mistakes the old worker's for another program's (or has a process or thread of its own look, of which
 * nobody tells, but its environment names that port and not the other); or when it listens nowhere at all. An app that is told
 * another port, or none, and never tries the old one moves. What belongs to a single worker by nature does not
 * count (`isOwnAddress`), nor do datagrams, nor a port that no other worker of the app shares while it shares another.
 */
export function judgeAddresses({ old, fresh, tried, isTold, beside, pids }: AddressFacts): AddressChange | undefined {
  const isShared = (key: string): boolean => beside.every((other) => other.has(key));
  const sharesOne = [...old.keys()].some(isShared);
  const promised = [...old].filter(
    (entry) => entry[1].protocol !== "udp" && !isOwnAddress(entry, pids) && (!sharesOne || isShared(entry[0])),
  );
  const lost = promised.filter(([key]) => !covers(fresh, key));
  if (lost.length === 0) {
    return undefined;
  }
  const elsewhere = [...fresh].filter(([key]) => !old.has(key));
  const additional = elsewhere.filter(([key]) => !beside.some((other) => other.has(key)));
  const gained = additional.length > 0 ? additional : elsewhere;
  const isToldTo = ([key]: Entry): boolean => isTold(portOf(key) ?? 0);
  const isMishap =
    lost.some(([key]) => tried.has(portOf(key) ?? key)) ||
    (lost.some(isToldTo) && !gained.some(isToldTo)) ||
    (lost.length === promised.length && fresh.size === 0);
  return { lost: urls(lost), gained: urls(gained), isMishap };
}

/**
 * Whether an address belongs to a single worker, so that no other will listen there in its place: a port that the system chose,
 * a path with its pid.
 */
export function isOwnAddress([key, { systemPort }]: Entry, pids: readonly number[]): boolean {
  return systemPort || pids.some((pid) => hasNumber(key, pid));
}

/** Why a renewal that would move the app is rolled back, and what to do. */
export function describeMishap({ lost, gained }: AddressChange): string {
  const where = gained.length === 0 ? "listens nowhere instead" : `listens on ${gained.join(", ")} instead`;
  const hint =
    gained.length === 0
      ? ""
      : " An app that looks for a free port takes that of its old worker for taken: give it a fixed one.";
  return `The new generation does not listen on ${lost.join(", ")} as the old one does, it ${where}, so every client there would be refused.${hint} If it is meant, use a restart.`;
}

/** The report's note on a change that was not a mishap. */
export function describeChange({ lost, gained }: AddressChange): string {
  return gained.length === 0
    ? `The app does not listen on ${lost.join(", ")} any more; clients there are refused.`
    : `The app listens on ${gained.join(", ")} instead of ${lost.join(", ")} now; clients there are refused.`;
}

type Entry = readonly [string, Pick<ListeningServer, "url" | "protocol" | "systemPort">];

function urls(entries: readonly Entry[]): string[] {
  return entries.map(([, { url }]) => url);
}

/** Whether clients of an address are served: there, or by a server that listens on all addresses. */
function covers(servers: Listening, key: string): boolean {
  const port = portOf(key);
  return servers.has(key) || (port !== undefined && (servers.has(`::|${port}`) || servers.has(`0.0.0.0|${port}`)));
}

/** `undefined` for a Unix socket. */
function portOf(key: string): number | undefined {
  const port = /\|(\d+)$/.exec(key)?.[1];
  return port === undefined ? undefined : Number(port);
}

function hasNumber(text: string, number: number): boolean {
  return new RegExp(`(?<!\\d)${number}(?!\\d)`).test(text);
}
