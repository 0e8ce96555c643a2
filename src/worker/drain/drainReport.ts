import type { DrainProgress } from "../../shared/workerMessages.ts";
import type { Channel } from "../channel.ts";
import type { Parking } from "../connections/parking.ts";
import type { ServerTracker, TrackedServer } from "../connections/servers.ts";
import type { Traffic } from "../connections/traffic.ts";
import { steadyNow } from "../ownTimers.ts";
import type { HandoffSender } from "./handoffSender.ts";

export interface DrainReportParts {
  readonly channel: Channel;
  readonly tracker: ServerTracker;
  readonly parking: Parking;
  readonly traffic: Traffic;
  /** Listeners to messages that are not the app's. */
  readonly ownListeners: number;
  /** Until then, on the monotonic clock, a client that was just let in has time to send its request. */
  readonly settlesAt: number;
}

/** Tells the supervisor what a worker still has, from the beginning of its drain. */
export class DrainReport {
  readonly #parts: DrainReportParts;
  readonly #openAtStart: number;
  #last = "";

  constructor(parts: DrainReportParts) {
    this.#parts = parts;
    this.#openAtStart = parts.tracker.connections();
  }

  /** Sends it, unless the supervisor knows it already. */
  send(servers: readonly TrackedServer[], sender: HandoffSender | undefined): void {
    const progress = this.#progress(servers, sender);
    const text = JSON.stringify(progress);
    if (text !== this.#last) {
      this.#last = text;
      this.#parts.channel.send({ type: "drain", ...progress });
    }
  }

  #progress(servers: readonly TrackedServer[], sender: HandoffSender | undefined): DrainProgress {
    const { tracker, parking, traffic, ownListeners, settlesAt } = this.#parts;
    const open = tracker.connections();
    const handedOver = sender?.handedOver ?? 0;
    // Those that are given to Node have left, though it has not detached all of them yet.
    const connections = Math.max(0, open - (sender?.queued ?? 0));
    const { count, carriers, named } = traffic.inFlight(servers);
    const kinds = traffic.kinds(servers, connections, parking.parked().size);
    // A connection is raw until its first request too, if TLS or a server that passes it on comes before HTTP.
    const mayAsk = kinds.raw > 0 && steadyNow() < settlesAt;
    return {
      requests: count,
      connections,
      carriers: Math.min(carriers, connections),
      handedOver,
      closed: Math.max(0, this.#openAtStart - connections - handedOver),
      kinds,
      inFlight: named,
      served: traffic.served(),
      done: open === 0,
      settled: sender?.pending !== true && !mayAsk && kinds.http + kinds.https + kinds.http2 === 0,
      listens: process.listenerCount("message") > ownListeners,
    };
  }
}
