import { validateHeaderValue } from "node:http";
import { HitlessError } from "../../shared/errors.ts";
import type { RehearsalKind, RehearsalProtocol } from "../../shared/rehearsal/rehearsalResult.ts";

/** What somebody wishes of a rehearsal; what is left out is chosen. */
export interface RehearsalWish {
  readonly kind?: RehearsalKind;
  /** Default: what the app's first address speaks. */
  readonly protocol?: RehearsalProtocol;
  /** One of the app's own addresses, if it has several. */
  readonly address?: string;
  readonly paths?: readonly string[];
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly connections?: number;
  /** Requests a second of all connections together. */
  readonly rate?: number;
  /** Of load, before and after the renewal together; it goes on until the renewal is over. */
  readonly seconds?: number;
  /** The only status that is right; default: those below 400. */
  readonly expect?: number;
  /** How many times as long the p99 may be during the renewal as before. */
  readonly maxP99Factor?: number;
}

/** A complete plan. */
export interface RehearsalPlan extends RehearsalWish {
  readonly kind: RehearsalKind;
  readonly paths: readonly string[];
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly rate: number;
  readonly seconds: number;
}

/** The bounds of what a rehearsal puts on an app. */
export const rehearsalBounds = {
  connections: { least: 1, most: 1_000, usual: 50 },
  rate: { least: 1, most: 20_000 },
  seconds: { least: 3, most: 120, usual: 12 },
  maxP99Factor: { least: 1, most: 1_000 },
  /** Milliseconds after the order of the renewal at which the load ends, whether it is over or not. */
  renewalMs: 300_000,
  /** Of one rehearsal; all of their times are kept until its end. */
  requests: 1_000_000,
} as const;

/** Requests a second of each connection unless the rate says otherwise. */
const usualRatePerConnection = 10;

/**
 * A connection asks at least so often a second, so that none is ended for having been idle: fewer connections are
 * opened for a low rate.
 */
const leastRatePerConnection = 0.5;

/** Headers that say how a message is carried, which is the clients' own business. */
const carryingHeaders: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const methodsThatChangeNothing: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** Completes a wish. @throws HitlessError `usage`, which names what is wrong and how it would be right. */
export function planRehearsal(wish: RehearsalWish): RehearsalPlan {
  const { connections: wanted = rehearsalBounds.connections.usual, seconds = rehearsalBounds.seconds.usual } = wish;
  const rate = wish.rate ?? wanted * usualRatePerConnection;
  inBounds("connections", wanted, rehearsalBounds.connections);
  inBounds("rate", rate, rehearsalBounds.rate);
  inBounds("seconds", seconds, rehearsalBounds.seconds);
  if (wish.maxP99Factor !== undefined) {
    inBounds("max-p99-factor", wish.maxP99Factor, rehearsalBounds.maxP99Factor);
  }
  if (rate * seconds > rehearsalBounds.requests) {
    throw wrong(
      `rate ${rate} for ${seconds} s is more than ${rehearsalBounds.requests} requests; lower one of the two`,
    );
  }
  const method = (wish.method ?? "GET").toUpperCase();
  if (!/^[A-Z]{1,20}$/.test(method)) {
    throw wrong(`method must be a name such as GET or POST, not "${wish.method}"`);
  }
  if (method === "CONNECT") {
    throw wrong("method can't be CONNECT, which asks for a tunnel and no answer");
  }
  if (wish.body !== undefined && methodsThatChangeNothing.has(method)) {
    throw wrong(`${method} has no body; say which method it is for, such as POST`);
  }
  if (wish.expect !== undefined && !(Number.isInteger(wish.expect) && wish.expect >= 100 && wish.expect <= 599)) {
    throw wrong(`expect must be a status such as 200, not ${wish.expect}`);
  }
  const paths = wish.paths === undefined || wish.paths.length === 0 ? ["/"] : wish.paths;
  for (const path of paths) {
    if (!/^\/[!-~]*$/.test(path) || path.includes("#")) {
      throw wrong(
        `path must begin with / and hold no space, # or letter that is not ASCII (write %C3%A9 for é), such as /products?page=1, not "${path}"`,
      );
    }
  }
  for (const [name, value] of Object.entries(wish.headers ?? {})) {
    checkHeader(name, value);
  }
  const isStream = wish.protocol === "ws" || wish.protocol === "sse";
  if (isStream && !methodsThatChangeNothing.has(method)) {
    throw wrong(`${wish.protocol} connections are opened with GET; leave ${method} out`);
  }
  const connections = Math.max(1, Math.min(wanted, Math.floor(rate / leastRatePerConnection)));
  return {
    ...wish,
    kind: wish.kind ?? "reload",
    method,
    paths,
    headers: wish.headers ?? {},
    connections,
    rate,
    seconds,
  };
}

function checkHeader(name: string, value: string): void {
  if (carryingHeaders.has(name.toLowerCase())) {
    throw wrong(`header ${name} is set by the clients themselves; leave it out`);
  }
  try {
    validateHeaderValue(name, value);
  } catch {
    throw wrong(`header ${name} holds a character that can't be sent in a header`);
  }
}

function inBounds(
  what: string,
  value: number,
  { least, most }: { readonly least: number; readonly most: number },
): void {
  if (!(value >= least && value <= most)) {
    throw wrong(`${what} must be a number from ${least} to ${most}, not ${value}`);
  }
}

function wrong(problem: string): HitlessError {
  return new HitlessError("usage", `The rehearsal's ${problem}.`);
}
