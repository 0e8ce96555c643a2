import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { Failure } from "../../shared/failure.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { LogStore } from "../logs/logStore.ts";
import { forkWorker } from "../process/workerForker.ts";
import type { AcceptQueue } from "../traffic/acceptQueue.ts";
import type { HandoffBroker } from "../traffic/handoffBroker.ts";
import { addressUrl } from "../worker/addresses.ts";
import { watchReadiness } from "../worker/readiness.ts";
import { askReadyUrl } from "../worker/readyUrl.ts";
import type { Beat } from "../worker/vitals.ts";
import { WorkerHandle } from "../worker/workerHandle.ts";

export interface SuperviseOptions {
  readonly recipe: LaunchRecipe;
  readonly slot: number;
  readonly generation: number;
  readonly logs: LogStore;
  readonly events: EventLog;
  readonly broker: HandoffBroker;
  readonly accepts: AcceptQueue;
  /** All workers of the app, those that drain included. */
  readonly workers: () => Iterable<WorkerHandle>;
  readonly callbacks: {
    readonly changed: () => void;
    /** One more of its servers listens. */
    readonly listening: () => void;
    /** Its preload runs and can be sent messages. */
    readonly started: (worker: WorkerHandle) => void;
    readonly beat: (worker: WorkerHandle, beat: Beat) => void;
    readonly counted: (worker: WorkerHandle, served: number) => void;
    readonly ready: (worker: WorkerHandle) => void;
    /** It is alive but not ready in time. */
    readonly notReady: (worker: WorkerHandle, failure: Failure) => void;
    readonly exited: (worker: WorkerHandle) => void;
  };
}

/** Forks a worker and watches it until it is gone. */
export function superviseWorker(options: SuperviseOptions): WorkerHandle {
  const { recipe, slot, generation, logs, events, broker, accepts, workers, callbacks } = options;
  const { worker, stderr, inspector, mark } = forkWorker({ recipe, slot, generation, logs });
  const handle: WorkerHandle = new WorkerHandle({
    worker,
    slot,
    generation,
    entry: recipe.entry,
    killTimeout: recipe.killTimeout,
    stderr,
    inspector,
    mark,
    appListensOn: (port) =>
      [...workers()].some(
        (other) => other !== handle && [...other.servers.keys()].some((key) => key.endsWith(`|${port}`)),
      ),
    listener: {
      accepts: {
        sent: (connection) => accepts.left(connection),
        isAbandoned: (connection) => accepts.isAbandoned(connection),
        abandoned: (connection) => broker.rescue(connection),
      },
      udpListening: (address, port) => {
        handle.servers.set(`udp|${port}`, {
          url: `udp://${address ?? "127.0.0.1"}:${port}`,
          protocol: "udp",
          handoff: false,
        });
        readiness.listening();
        callbacks.changed();
      },
      changed: callbacks.changed,
      log: (level, code, message) => events.log(level, code, message, worker.id),
      appMessage: (message) => readiness.appMessage(message),
      message: (message, socket) => {
        switch (message.type) {
          case "listening":
            handle.servers.set(message.server, {
              url: addressUrl(message.protocol, message.address),
              protocol: message.protocol,
              handoff: message.handoff,
            });
            readiness.listening();
            callbacks.listening();
            break;
          case "connection":
            handle.handedOver = message.id;
            broker.accept(handle, message, socket);
            break;
          case "taken":
            broker.taken(message.ids, message.stallMs);
            break;
          case "hello":
            callbacks.started(handle);
            break;
          case "counted":
            callbacks.counted(handle, message.served);
            break;
          case "beat":
            callbacks.beat(handle, message);
            break;
          case "refused":
            broker.refused(handle, message.id);
            break;
          default:
            break;
        }
      },
      exited: () => {
        readiness.stop();
        callbacks.exited(handle);
      },
    },
  });
  const readiness = watchReadiness({
    recipe,
    ask: (url) =>
      askReadyUrl(
        handle,
        [...workers()].filter((other) => other !== handle && other.slot === slot),
        url,
      ),
    ready: () => {
      if (!handle.dead) {
        handle.markReady();
        callbacks.ready(handle);
      }
    },
    late: (code, message) => {
      if (handle.dead) {
        return;
      }
      callbacks.notReady(handle, { code, message, exitCode: null, signal: null, stderr: handle.stderrLines });
    },
  });
  return handle;
}
