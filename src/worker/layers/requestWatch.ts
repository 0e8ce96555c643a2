import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { CollectedRequests } from "../../shared/layers/collected.ts";
import { hasFailed, mostRequestsTold } from "../../shared/layers/slowRequests.ts";
import type { WatchedRequest } from "../../shared/layers/watchedRequests.ts";
import type { Guard } from "../guard.ts";
import { clearInterval, epochNow, setInterval, steadyNow } from "./givenTimers.ts";

/** Milliseconds after the last question when the watch ends. */
const usualLookingMs = 5_000;
/** How often a response whose connection has ended is looked for, in milliseconds: Node tells of its finish only. */
const sweepMs = 250;
/** Ended requests that are kept for the next questions. */
const mostKept = 500;
const mostCharacters = 200;

/** What Node publishes of a request of HTTP/1 (https://nodejs.org/api/diagnostics_channel.html#http). */
interface HttpMessage {
  readonly request: { readonly method?: string; readonly url?: string };
  readonly response: HttpResponse;
}

interface HttpResponse {
  readonly statusCode: number;
  readonly headersSent: boolean;
  readonly closed: boolean;
}

/** And of a stream of HTTP/2; from Node.js 22.17 and 24.2 on. */
interface Http2Message {
  readonly stream: Http2Stream;
  readonly headers?: Readonly<Record<string, string | number | undefined>>;
}

interface Http2Stream {
  readonly closed: boolean;
  readonly aborted: boolean;
  readonly sentHeaders?: Readonly<Record<string, string | number | undefined>>;
}

interface Open {
  readonly id: number;
  readonly method: string;
  readonly path: string;
  readonly startedAt: number;
  /** On the steady clock. */
  readonly since: number;
  status(): number | undefined;
  /** The connection has ended. */
  gone(): boolean;
}

export interface RequestWatch {
  /**
   * What there was since the last call with this cursor. The first call begins the watch; it ends by itself some seconds after
   * the last.
   * @param slowMs What takes longer is kept; the last call decides.
   */
  take(after: number, slowMs: number): CollectedRequests;
}

/** Watches the requests of this process by the channels on which Node itself tells of them: nothing of the app is wrapped. */
export function createRequestWatch(guard: Guard, lookingMs = usualLookingMs): RequestWatch {
  const open = new Map<object, Open>();
  let ended: { readonly sequence: number; readonly request: WatchedRequest }[] = [];
  let [lastId, sequence, answered, slowFrom] = [0, 0, 0, 0];
  let askedAt = 0;
  let sweeping: NodeJS.Timeout | undefined;

  const begin = (key: object, asked: Pick<Open, "method" | "path" | "status" | "gone">): void => {
    lastId += 1;
    open.set(key, { ...asked, id: lastId, startedAt: epochNow(), since: steadyNow() });
  };
  const end = (key: object, aborted: boolean): void => {
    const found = open.get(key);
    if (found === undefined) {
      return;
    }
    open.delete(key);
    answered += aborted ? 0 : 1;
    const request = told(found, steadyNow(), aborted);
    if (request.ms >= slowFrom || hasFailed(request)) {
      sequence += 1;
      ended.push({ sequence, request });
      if (ended.length >= 2 * mostKept) {
        ended = ended.slice(-mostKept);
      }
    }
  };
  const listeners: Readonly<Record<string, (message: unknown) => void>> = {
    "http.server.request.start": guard("requests", (message: unknown) => {
      const { request, response } = message as HttpMessage;
      begin(response, {
        method: request.method ?? "",
        path: pathOf(request.url),
        status: () => (response.headersSent ? response.statusCode : undefined),
        gone: () => response.closed,
      });
    }),
    "http.server.response.finish": guard("requests", (message: unknown) =>
      end((message as HttpMessage).response, false),
    ),
    "http2.server.stream.start": guard("requests", (message: unknown) => {
      const { stream, headers = {} } = message as Http2Message;
      begin(stream, {
        method: String(headers[":method"] ?? ""),
        path: pathOf(String(headers[":path"] ?? "")),
        status: () => statusOf(stream),
        gone: () => stream.closed,
      });
    }),
    "http2.server.stream.close": guard("requests", (message: unknown) => {
      const { stream } = message as Http2Message;
      end(stream, stream.aborted);
    }),
  };
  const stop = (): void => {
    clearInterval(sweeping);
    sweeping = undefined;
    for (const [channel, listener] of Object.entries(listeners)) {
      unsubscribe(channel, listener);
    }
    open.clear();
    ended = [];
    answered = 0;
  };
  const sweep = guard("requests", () => {
    if (steadyNow() - askedAt > lookingMs) {
      stop();
      return;
    }
    for (const [key, { gone }] of open) {
      if (gone()) {
        end(key, true);
      }
    }
  });
  return {
    take(after, slowMs) {
      askedAt = steadyNow();
      slowFrom = slowMs;
      if (sweeping === undefined) {
        for (const [channel, listener] of Object.entries(listeners)) {
          subscribe(channel, listener);
        }
        sweeping = setInterval(sweep, sweepMs).unref();
      }
      const fresh = ended.filter((one) => one.sequence > after);
      const kept = fresh.slice(-mostRequestsTold);
      const oldest = [...open.values()].slice(0, mostRequestsTold);
      return {
        cursor: sequence,
        inFlightCount: open.size,
        inFlight: oldest.map((one) => told(one, askedAt, false)),
        ended: kept.map(({ request }) => request),
        skipped: Math.max(0, sequence - after - kept.length),
        answered,
      };
    },
  };
}

function told({ id, method, path, startedAt, since, status }: Open, now: number, aborted: boolean): WatchedRequest {
  const code = status();
  return {
    id,
    method,
    path,
    startedAt,
    ms: now - since,
    ...(code === undefined ? {} : { status: code }),
    ...(aborted ? { aborted } : {}),
  };
}

function statusOf({ sentHeaders }: Http2Stream): number | undefined {
  const status = Number(sentHeaders?.[":status"]);
  return Number.isInteger(status) ? status : undefined;
}

/** A query often holds what is nobody else's business. */
function pathOf(url = ""): string {
  return url.split("?", 1)[0]?.slice(0, mostCharacters) ?? "";
}
