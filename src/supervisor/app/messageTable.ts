import { Socket } from "node:net";
import type { Acceptor } from "../accept/acceptor.ts";
import { isConnection } from "../accept/clusterInternals.ts";
import type { Heartbeat } from "../health/heartbeat.ts";
import { closeHandle } from "../internals.ts";
import type { Metrics } from "../monitoring/metrics/metrics.ts";
import type { FirstAnswers } from "../traffic/firstAnswers.ts";
import type { HandoffBroker } from "../traffic/handoffBroker.ts";
import type { TrafficMeter } from "../traffic/trafficMeter.ts";
import { addressUrl } from "../worker/addresses.ts";
import { waitForDebuggerMs } from "../worker/workerDebugging.ts";
import type { MessageTable } from "../worker/workerEvents.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";

/** The handler of each message of a worker: its own data goes to its handle, the rest to the part concerned. */
export function createMessageTable(parts: {
  readonly acceptor: Pick<Acceptor, "stopped" | "givesBack" | "givesItsOwn">;
  readonly broker: HandoffBroker;
  readonly traffic: TrafficMeter;
  readonly firstAnswers: FirstAnswers;
  readonly heartbeat: Heartbeat;
  readonly metrics: Metrics;
}): MessageTable<WorkerHandle> {
  const { acceptor, broker, traffic, firstAnswers, heartbeat, metrics } = parts;
  return {
    hello: (worker) => {
      // It runs: it has found the debugger for which its flags had it wait.
      worker.debugging.waits(false);
      worker.noteRunning();
      traffic.workerStarted(worker);
    },
    listening: (worker, { server, protocol, address, systemPort, handoff, tried }) =>
      worker.announceServer(server, { url: addressUrl(protocol, address), protocol, systemPort, handoff }, tried),
    listens: (worker, { server, attended }) => worker.confirmServer(server, attended),
    listenFailed: (worker, error) => worker.cause.noteListenFailure({ ...error, stack: "" }),
    closed: (worker, { server }) => worker.removeServer(server),
    beat: (worker, beat) => heartbeat.answered(worker, beat),
    counted: (worker, { served }) => traffic.workerCounted(worker, served),
    answerTimes: (worker, { ms }) => firstAnswers.answered(worker, ms),
    mine: ({ id }, { port, to }) => acceptor.givesItsOwn(id, { port, to }),
    acceptStopped: ({ id }) => acceptor.stopped(id),
    drain: (worker, progress) => worker.noteDrain(progress),
    connection: (worker, connection, sent) => {
      const socket = sent instanceof Socket ? sent : undefined;
      if (socket === undefined) {
        closeHandle(sent);
      }
      if (worker.dismissed) {
        worker.countHandover(connection.id);
        broker.accept(worker, connection, socket);
      } else {
        // Only one that drains gives connections away.
        socket?.destroy();
      }
    },
    unserved: ({ id }, { key }, sent) => {
      if (isConnection(sent)) {
        acceptor.givesBack(id, key, sent);
      } else {
        closeHandle(sent);
      }
    },
    taken: (worker, { ids, stallMs }) => broker.taken(worker, ids, stallMs),
    refused: (worker, { id }) => broker.refused(worker, id),
    layers: (worker, answer) => worker.layers.answered(answer),
    metrics: (worker, { id, answer }) => metrics.answered(worker, id, answer),
    fatal: (worker, error) => worker.cause.noteFatal(error),
    exits: ({ cause }, { stack }) => cause.noteExit(stack),
    debugger: ({ debugging }, { waits }) => debugging.waits(waits, waitForDebuggerMs),
    inspectorClosed: ({ debugging }) => debugging.closed(),
    noInspector: (worker, { message }) =>
      worker.warn("noInspector", `${worker.name} can't be debugged: its inspector does not open: ${message}`),
    trouble: (worker, { message }) =>
      worker.warn("preloadTrouble", `Hitless's preload in ${worker.name} failed: ${message}`),
    alone: (worker) => worker.noteAlone(),
  };
}
