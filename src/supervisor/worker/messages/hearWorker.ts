import type { Worker } from "node:cluster";
import { Socket } from "node:net";
import { type WorkerToSupervisor, workerMessageCommand } from "../../../shared/workerMessages.ts";
import { type ConnectionHandle, isConnection } from "../../accept/clusterInternals.ts";
import { closeHandle, onInternalMessage } from "../../internals.ts";
import type { ListeningServer } from "../addresses.ts";
import { isWellFormed } from "./workerMessageSchemas.ts";

export interface WorkerListener {
  /** A message of the preload, and the connection that came with it. */
  told(message: WorkerToSupervisor, connection: Socket | ConnectionHandle | undefined): void;
  /** It looks like one and is none: the app has sent it. Called once. */
  strange(type: string): void;
  /** The app's own `process.send(message)`. */
  appMessage(message: unknown): void;
  /** A socket or server came with one, which nobody here takes: it is closed. Called once. */
  gift(): void;
  /** It listens for datagrams, of which the cluster tells, not the preload. */
  datagrams(key: string, server: ListeningServer): void;
}

/** What comes with these is theirs who are told. */
const takesConnection: ReadonlySet<string> = new Set<WorkerToSupervisor["type"]>(["connection", "unserved"]);

/** Tells the messages of a worker's preload from those of the app and of `node:cluster`. */
export function hearWorker(worker: Worker, listener: WorkerListener): void {
  let hasSentNonsense = false;
  onInternalMessage(worker.process, (message, sent) => {
    if (!isOurs(message)) {
      return;
    }
    const connection = sent instanceof Socket || isConnection(sent) ? sent : undefined;
    const isKnown = isWellFormed(message);
    if (isKnown === true) {
      listener.told(message, connection);
    }
    if (isKnown !== true || !takesConnection.has(message.type) || connection === undefined) {
      // Nobody else would close what came along.
      closeHandle(sent);
    }
    if (isKnown === false && !hasSentNonsense) {
      hasSentNonsense = true;
      listener.strange(message.type);
    }
  });
  let hasSentHandle = false;
  worker.on("message", (message: unknown, sent: unknown) => {
    if (typeof sent === "object" && sent !== null) {
      // Left open, it would keep its client waiting, and the server in the worker from closing.
      closeHandle(sent);
      if (!hasSentHandle) {
        hasSentHandle = true;
        listener.gift();
      }
    }
    listener.appMessage(message);
  });
  worker.on("listening", (told) => {
    // The preload tells of other servers, only the cluster itself tells of these; the app can send that too.
    const { address, port, addressType }: Readonly<Record<"address" | "port" | "addressType", unknown>> = told;
    const isAddress = typeof address === "string" || address === null || address === undefined;
    if (typeof addressType === "string" && addressType.startsWith("udp") && typeof port === "number" && isAddress) {
      const url = `udp://${address ?? "127.0.0.1"}:${port}`;
      listener.datagrams(`udp|${port}`, { url, protocol: "udp", handoff: false, systemPort: false });
    }
  });
}

function isOurs(message: unknown): message is WorkerToSupervisor {
  return typeof message === "object" && message !== null && "cmd" in message && message.cmd === workerMessageCommand;
}
