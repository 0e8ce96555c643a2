import type { SuccessorServer } from "../../shared/upgrade/upgradeMessages.ts";
import { handoffWindow, type ToWorkerBody } from "../../shared/workerMessages.ts";
import type { HandoffTarget } from "../traffic/handoffBroker.ts";
import type { Successor } from "./successor.ts";

/** Workers have positive numbers. */
const successorId = -1;

/** The supervisor that takes the app over, as the one that connections are given to in place of a worker. */
export function successorTarget(
  successor: Successor,
  servers: readonly SuccessorServer[],
  workers: number,
): HandoffTarget {
  return {
    id: successorId,
    isSupervisor: true,
    get connected() {
      return successor.connected;
    },
    servers: new Map(servers.map(({ key, handoff }) => [key, { handoff }])),
    handoffWindow: handoffWindow * Math.max(1, workers),
    send(body: ToWorkerBody, socket, written) {
      return body.type === "connection" && successor.send(asMessage(body), socket, written);
    },
  };
}

function asMessage(body: Extract<ToWorkerBody, { readonly type: "connection" }>) {
  const { type: _, ...connection } = body;
  return { kind: "connection" as const, ...connection };
}
