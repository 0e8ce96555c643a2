import cluster from "node:cluster";
import { subscribe } from "node:diagnostics_channel";
import { type EventEmitter, errorMonitor } from "node:events";
import type { Server } from "node:net";
import type { StopSignal } from "../../shared/workerMessages.ts";
import type { Channel } from "../channel.ts";
import type { Guard } from "../guard.ts";
import { isBinding } from "../internals/sockets.ts";
import { setTimeout } from "../ownTimers.ts";

/**
 * What holds the process beside all that is the app's own:
 * - `messages`: the app listens to them, as in any child process;
 * - `accept`: a server of it listens as far as the app knows, on a handle that is held back or was closed unnoticed;
 * - `asked`: the primary is asked for a handle to listen with, for which nothing else waits;
 * - `drain`: the worker drains, and the app is still to be told that it has to go;
 * - `handoff`: connections of it are about to leave over the channel.
 */
type Reason = "messages" | "accept" | "asked" | "drain" | "handoff";

/** Whether the IPC channel keeps the worker's process alive. */
export interface ProcessHold {
  /** A server of the app listens. It holds the process by itself, unless the app calls its `unref`. */
  serverListens(server: Server): void;
  /** @param held Whether a handle that would hold the process does not accept; see `SharedAccept`. */
  acceptsLess(held: boolean): void;
  drainBegins(): void;
  /** @param pending Whether connections wait to be handed over, or are on their way. */
  handsOver(pending: boolean): void;
  /**
   * The app was told to go. When it has closed what it had, the process ends.
   * @param signal By which signal, or its twin; absent: only by the message `shutdown`, to which it may be deaf.
   */
  leave(signal?: StopSignal): void;
}

/** The signal is sent right behind the message that announces it; if it came before, nothing waits longer than this for it. */
const signalFollowsMs = 500;

/** With fewer datagram sockets than this, those that are gone may stay in the list. */
const fewestToTidy = 64;

/**
 * A cluster worker's channel keeps its process alive for ever, so that a script which is done, or an app that has closed
 * all it had, would have to be killed. Here it holds the process for the reasons above and for nothing else: then Node
 * ends it, as it would without a supervisor, at once and with the app's own `beforeExit`.
 */
export function createProcessHold(channel: Channel, guard: Guard): ProcessHold {
  const { channel: control } = process;
  const reasons = new Set<Reason>();
  let dismissed = false;
  const apply = (): void => {
    if (!process.connected) {
      return;
    }
    if (reasons.size > 0) {
      control?.ref();
    } else {
      control?.unref();
    }
  };
  const keep = (reason: Reason, on: boolean): void => {
    if (on && !(dismissed && reason === "messages")) {
      reasons.add(reason);
    } else {
      reasons.delete(reason);
    }
    apply();
  };

  followMessages(guard, (on) => keep("messages", on));
  const asking = followQuestions(guard, (on) => keep("asked", on));
  const listening = new Set<Server>();
  /** It was sent `shutdown` and has not closed its servers, so it may be deaf to it. */
  const isDeaf = (): boolean => toldOnlyByMessage && listening.size > 0;
  let toldOnlyByMessage = false;
  process.on(
    "beforeExit",
    guard("before exit", () => {
      if (isDeaf() && process.connected) {
        // Nothing is left to wait for: the supervisor says it by a signal, of which the app's clean-up may know.
        keep("drain", true);
        channel.send({ type: "alone" });
      }
      asking.look();
    }),
  );
  apply();

  return {
    serverListens(server) {
      listening.add(server);
      server.once("close", () => listening.delete(server));
    },
    acceptsLess: (held) => keep("accept", held && !dismissed),
    drainBegins: () => keep("drain", true),
    handsOver: (pending) => keep("handoff", pending),
    leave(signal) {
      dismissed = true;
      toldOnlyByMessage = signal === undefined;
      const letGo = (): void => {
        reasons.delete("messages");
        reasons.delete("accept");
        keep("drain", false);
      };
      if (signal === undefined || process.listenerCount(signal) === 0) {
        letGo();
        return;
      }
      // A process that has nothing to do ends at once, and the app's clean-up, which the signal calls, would not run.
      keep("drain", true);
      const heard = guard(signal, letGo);
      process.prependOnceListener(signal, heard);
      setTimeout(() => {
        process.off(signal, heard);
        letGo();
      }, signalFollowsMs).unref();
    },
  };
}

/** Tells whether the app listens to messages. Node's own cluster module does too. */
function followMessages(guard: Guard, listens: (on: boolean) => void): void {
  const atStart = process.listenerCount("message");
  process.on(
    "newListener",
    guard("message listener", (event: unknown) => {
      if (event === "message") {
        listens(true);
      }
    }),
  );
  process.on(
    "removeListener",
    guard("message listener", (event: unknown) => {
      if (event === "message") {
        listens(process.listenerCount("message") > atStart);
      }
    }),
  );
}

/** What `server.listen` was called with, as Node has put it in order. */
interface ListenOptions {
  readonly port?: unknown;
  readonly path?: unknown;
  readonly fd?: unknown;
  readonly handle?: unknown;
  readonly _handle?: unknown;
  readonly signal?: unknown;
}

/** Whether Node throws because of these options, of which there are some, in the order in which it looks at them (`Server.prototype.listen` of `net`). */
function isRefused(options: ListenOptions): boolean {
  const { port, path, fd, signal } = options;
  if (options.handle !== undefined || options._handle !== undefined) {
    return false;
  }
  if (signal !== undefined && !(typeof signal === "object" && signal !== null && "aborted" in signal)) {
    return true;
  }
  if ((typeof fd === "number" && fd >= 0) || port === null || (port === undefined && "port" in options)) {
    return false;
  }
  if (typeof port === "function") {
    // `listen(callback)`.
    return false;
  }
  if (typeof port === "number" || typeof port === "string") {
    return (
      String(port).trim() === "" || !(Number.isInteger(Number(port)) && Number(port) >= 0 && Number(port) <= 65_535)
    );
  }
  return path === "" || typeof path !== "string";
}

/**
 * Tells when the primary is asked, of `listen()` and `listen({})`, which look alike: only with the former does Node go on. It
 * chooses port 0 in these options then, and listens to the server's event `listening`, as the app may too.
 */
function watchUnclear(
  guard: Guard,
  asked: (server: EventEmitter) => void,
): (server: EventEmitter, options: ListenOptions) => void {
  const unclear = new WeakMap<EventEmitter, ListenOptions>();
  const follow = (server: EventEmitter): void => {
    const listened = guard("listen without a port", (event: unknown) => {
      if (event === "listening" && unclear.get(server)?.port !== undefined) {
        unclear.delete(server);
        server.off("newListener", listened);
        asked(server);
      }
    });
    server.on("newListener", listened);
  };
  return (server, options) => {
    if (!unclear.has(server)) {
      follow(server);
    }
    unclear.set(server, options);
  };
}

/**
 * Tells whether the primary is being asked for a handle. Of a `listen` Node tells when it begins; of a `bind` for datagrams
 * nothing tells, so that is looked for when the process is about to end.
 */
function followQuestions(guard: Guard, asks: (on: boolean) => void): { look(): void } {
  const open = new Set<EventEmitter>();
  const settle = function (this: EventEmitter): void {
    if (open.delete(this)) {
      this.off("close", settle);
      this.off("listening", settle);
      this.off(errorMonitor, settle);
      asks(open.size > 0);
    }
  };
  const begin = (asker: EventEmitter): void => {
    if (!open.has(asker)) {
      open.add(asker);
      asker.on("close", settle);
      asker.on("listening", settle);
      asker.on(errorMonitor, settle);
      asks(true);
    }
  };
  const followUnclear = watchUnclear(guard, begin);
  subscribe(
    "tracing:net.server.listen:asyncStart",
    guard("listen", (message: unknown) => {
      const { server, options } = message as { readonly server: EventEmitter; readonly options: ListenOptions };
      // Of a `listen` that throws Node tells that it begins, and nothing more.
      if (Object.keys(options).length === 0) {
        followUnclear(server, options);
      } else if (!isRefused(options)) {
        begin(server);
      }
    }),
  );
  let datagramSockets: WeakRef<EventEmitter>[] = [];
  let tidied = 0;
  subscribe(
    "udp.socket",
    guard("datagram socket", (message: unknown) => {
      if (datagramSockets.length >= fewestToTidy && datagramSockets.length >= tidied * 2) {
        datagramSockets = datagramSockets.filter((known) => known.deref() !== undefined);
        tidied = datagramSockets.length;
      }
      datagramSockets.push(new WeakRef((message as { socket: EventEmitter }).socket));
    }),
  );
  return {
    look() {
      for (const known of datagramSockets) {
        const socket = known.deref();
        if (socket !== undefined && isBinding(socket)) {
          begin(socket);
        }
      }
      // Of `cluster.worker.disconnect()` too, after which the app may be told that the channel is closed.
      if (cluster.worker?.exitedAfterDisconnect === true && process.connected) {
        asks(true);
      }
    },
  };
}
