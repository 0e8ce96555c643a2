import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import type { ConnectionKinds, RequestInFlight } from "../../shared/drainView.ts";
import { mostRequestsNamed } from "../../shared/facts/drainLimits.ts";
import type { Guard } from "../guard.ts";
import { type Http2Stream, openStreams, requestOf } from "../internals/http2Streams.ts";
import { currentResponse, isEventStream } from "../internals/httpMessages.ts";
import { httpConnections } from "../internals/serverConnections.ts";
import { isSpdyStream } from "../internals/spdySessions.ts";
import { ownListener } from "../ownListeners.ts";
import { epochNow } from "../ownTimers.ts";
import { isHttpServer, type ServerTracker, type TrackedServer } from "./servers.ts";

/** With more connections than this on a server, looking at all of them with each heartbeat would cost too much. */
const mostConnectionsLookedAt = 20_000;

const longestUrl = 200;

/** What a worker knows of the requests it is answering. */
export interface Traffic {
  /** `carriers`: connections on which they are. */
  inFlight(servers: readonly TrackedServer[]): {
    readonly count: number;
    readonly carriers: number;
    readonly named: RequestInFlight[];
  };
  /** Of `open` connections in all, of which `parked` wait for their clients' next request. */
  kinds(servers: readonly TrackedServer[], open: number, parked: number): ConnectionKinds;
  /** Notes which requests are in flight, so that a drain knows how old they are. To be called every second or so. */
  look(): void;
  /** Begins to count answered requests from 0, or ends it. */
  count(on: boolean): void;
  /** Requests answered since counting began. */
  served(): number;
  /** A server of the app began to listen; its requests are counted too. */
  serverListens(tracked: TrackedServer): void;
}

/** What is being answered: of HTTP/1 the response, of HTTP/2 the stream. */
type Exchange = ServerResponse | Http2Stream;

/** Nothing here happens for each request unless counting is on, which it is only while the app is being renewed. */
export function watchTraffic(tracker: ServerTracker, guard: Guard): Traffic {
  const firstSeen = new WeakMap<Exchange, number>();
  /** Requests of apps that listen to streams, for which Node makes no request objects; only while counting. */
  const asked = new WeakMap<Exchange, { readonly method: string | undefined; readonly url: string | undefined }>();
  let served = 0;
  let counting = false;
  const countOne = (): void => {
    served += 1;
  };

  const countAnswered = function (this: Http2Stream): void {
    if (counting && this.rstCode === 0) {
      served += 1;
    }
  };
  const countStream = ownListener(
    guard("HTTP/2 stream", (stream: Http2Stream, headers: Readonly<Record<string, string>>) => {
      asked.set(stream, { method: headers[":method"], url: headers[":path"] });
      stream.once("close", countAnswered);
    }),
  );
  const countStreams = (tracked: TrackedServer, on: boolean): void => {
    if (isHttp2(tracked)) {
      tracked.server[on ? "on" : "off"]("stream", countStream);
    }
  };

  const seen = (exchange: Exchange): number => {
    const since = firstSeen.get(exchange) ?? epochNow();
    firstSeen.set(exchange, since);
    return since;
  };

  const describeExchange = (exchange: Exchange): RequestInFlight => {
    const request = "req" in exchange ? exchange.req : (requestOf(exchange) ?? asked.get(exchange));
    return {
      method: request?.method ?? "?",
      url: (request?.url ?? "").split("?", 1)[0]?.slice(0, longestUrl) ?? "",
      since: seen(exchange),
    };
  };

  const look = guard("requests in flight", () => {
    for (const exchange of answering([...tracker.servers(), ...tracker.behind()], mostConnectionsLookedAt)) {
      seen(exchange);
    }
  });

  return {
    inFlight(servers) {
      const exchanges = answering(servers, Number.POSITIVE_INFINITY);
      const sessions = servers
        .flatMap((tracked) => [...tracked.sessions])
        .map((session) => openStreams(session).length);
      const streams = sessions.reduce((sum, each) => sum + each, 0);
      return {
        count: exchanges.length,
        carriers: exchanges.length - streams + sessions.filter((each) => each > 0).length,
        named: exchanges.slice(0, mostRequestsNamed).map(describeExchange),
      };
    },
    kinds: countKinds,
    look,
    count(on) {
      served = on ? 0 : served;
      if (on !== counting) {
        counting = on;
        (on ? subscribe : unsubscribe)("http.server.response.finish", countOne);
        for (const tracked of tracker.servers()) {
          countStreams(tracked, on);
          for (const stream of on ? streamsOf(tracked) : []) {
            stream.once("close", countAnswered);
          }
        }
      }
    },
    served: () => served,
    serverListens(tracked) {
      if (counting) {
        countStreams(tracked, true);
      }
    },
  };
}

function isHttp2({ protocol }: TrackedServer): boolean {
  return protocol === "http2" || protocol === "https2";
}

function streamsOf({ sessions }: TrackedServer): Http2Stream[] {
  return [...sessions].flatMap(openStreams);
}

function answering(servers: readonly TrackedServer[], most: number): Exchange[] {
  return servers.flatMap((tracked) => {
    const sockets = isHttpServer(tracked.server) ? (httpConnections(tracked.server)?.all ?? []) : [];
    const responses = sockets.length > most ? [] : sockets.flatMap((socket) => currentResponse(socket) ?? []);
    return [...responses, ...streamsOf(tracked)];
  });
}

function countKinds(servers: readonly TrackedServer[], open: number, parked: number): ConnectionKinds {
  const kinds = { http: parked, https: 0, http2: 0, webSocket: 0, eventStream: 0, raw: 0 };
  for (const { server, protocol, sessions, webSockets } of servers) {
    kinds.http2 += sessions.size;
    kinds.webSocket += webSockets.size;
    for (const socket of isHttpServer(server) ? (httpConnections(server)?.all ?? []) : []) {
      const response = currentResponse(socket);
      if (response !== undefined && isEventStream(response)) {
        kinds.eventStream += 1;
      } else if (isSpdyStream(socket)) {
        // Its session is counted.
      } else if (protocol === "https" || protocol === "https2") {
        kinds.https += 1;
      } else {
        kinds.http += 1;
      }
    }
  }
  const known = kinds.http + kinds.https + kinds.http2 + kinds.webSocket + kinds.eventStream;
  return { ...kinds, raw: Math.max(0, open - known) };
}
