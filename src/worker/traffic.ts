import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";
import { type ConnectionKinds, mostRequestsNamed, type RequestInFlight } from "../shared/drainView.ts";
import type { Guard } from "./guard.ts";
import { currentResponse, httpConnections, isEventStream } from "./internals.ts";
import { isHttpServer, type ServerTracker, type TrackedServer } from "./servers.ts";

/** Requests in flight are looked at this often, in milliseconds, so that a drain knows how old they are. */
const lookEveryMs = 1_000;

/** With more connections than this on a server, looking at all of them every second would cost too much. */
const mostConnectionsLookedAt = 20_000;

const longestUrl = 200;

/** What a worker knows of the requests it is answering. */
export interface Traffic {
  inFlight(servers: readonly TrackedServer[]): { readonly count: number; readonly named: RequestInFlight[] };
  /** @param open How many connections there are in all. */
  kinds(servers: readonly TrackedServer[], open: number): ConnectionKinds;
  /** Begins to count answered requests from 0, or ends it. */
  count(on: boolean): void;
  /** Requests answered since counting began. */
  served(): number;
}

/** Nothing here happens for each request unless counting is on, which it is only while the app is being renewed. */
export function watchTraffic(tracker: ServerTracker, guard: Guard): Traffic {
  const firstSeen = new WeakMap<ServerResponse, number>();
  let served = 0;
  let counting = false;
  const countOne = (): void => {
    served += 1;
  };

  const seen = (response: ServerResponse): number => {
    const since = firstSeen.get(response) ?? Date.now();
    firstSeen.set(response, since);
    return since;
  };

  const look = guard("requests in flight", () => {
    for (const response of answering(tracker.servers(), mostConnectionsLookedAt)) {
      seen(response);
    }
  });
  setInterval(look, lookEveryMs).unref();

  return {
    inFlight(servers) {
      const responses = answering(servers, Number.POSITIVE_INFINITY);
      const named = responses.slice(0, mostRequestsNamed).map((response) => ({
        method: response.req.method ?? "?",
        url: (response.req.url ?? "").split("?", 1)[0]?.slice(0, longestUrl) ?? "",
        since: seen(response),
      }));
      return { count: responses.length, named };
    },
    kinds: countKinds,
    count(on) {
      served = on ? 0 : served;
      if (on !== counting) {
        counting = on;
        (on ? subscribe : unsubscribe)("http.server.response.finish", countOne);
      }
    },
    served: () => served,
  };
}

function answering(servers: readonly TrackedServer[], most: number): ServerResponse[] {
  return servers.flatMap(({ server }) => {
    const sockets = isHttpServer(server) ? (httpConnections(server)?.all ?? []) : [];
    return sockets.length > most ? [] : sockets.flatMap((socket) => currentResponse(socket) ?? []);
  });
}

function countKinds(servers: readonly TrackedServer[], open: number): ConnectionKinds {
  const kinds = { http: 0, https: 0, http2: 0, webSocket: 0, eventStream: 0, raw: 0 };
  for (const { server, protocol, sessions, webSockets } of servers) {
    kinds.http2 += sessions.size;
    kinds.webSocket += webSockets.size;
    for (const socket of isHttpServer(server) ? (httpConnections(server)?.all ?? []) : []) {
      const response = currentResponse(socket);
      if (response !== undefined && isEventStream(response)) {
        kinds.eventStream += 1;
      } else if (protocol === "https") {
        kinds.https += 1;
      } else {
        kinds.http += 1;
      }
    }
  }
  const known = kinds.http + kinds.https + kinds.http2 + kinds.webSocket + kinds.eventStream;
  return { ...kinds, raw: Math.max(0, open - known) };
}
