import type { ChildProcess } from "node:child_process";
import type { Server, Socket } from "node:net";
import { HandlePipeline, type IpcSend, type PipelineSend } from "../shared/basics/handlePipeline.ts";

/*
 * Every touch of something in Node that is not documented, in one place: what is touched, when, and how it is undone. (Those
 * of `node:cluster` are in accept/clusterInternals.ts.)
 * Checked on Node 20, 22, 24 and 26. Where Node keeps one in another way, what it is for is left out, and
 * `onMissingInternal` says so once.
 */

const missing = new Set<string>();
const listeners: ((what: string) => void)[] = [];

/** Calls the listener once for each touch that this Node does not allow, including earlier ones. */
export function onMissingInternal(listener: (what: string) => void): void {
  listeners.push(listener);
  for (const what of missing) {
    listener(what);
  }
}

/** This Node lacks something; `what` says what, and what follows from it. */
export function miss(what: string): void {
  if (!missing.has(what)) {
    missing.add(what);
    for (const listener of listeners) {
      listener(what);
    }
  }
}

/**
 * Listens to the messages of a child that Node does not emit as `message`: those whose `cmd` begins with `NODE_`.
 * Node's documentation names the event and reserves it for Node. Nothing is changed; it ends with the process.
 */
export function onInternalMessage(child: ChildProcess, listener: (message: unknown, socket: unknown) => void): void {
  child.on("internalMessage" as "message", listener);
}

const pipelines = new WeakMap<ChildProcess, HandlePipeline>();

/** Like `send` of the child, but on Linux a handle does not wait until the child has answered for the one before, and one that is lost is told. */
export function sendInPipeline(child: ChildProcess, ...sent: Parameters<PipelineSend>): boolean {
  if (process.platform !== "linux") {
    const [message, handle, options, written] = sent;
    return (child.send.bind(child) as IpcSend)(message, handle, options, written);
  }
  let pipeline = pipelines.get(child);
  if (pipeline === undefined) {
    pipeline = new HandlePipeline(child, child.send.bind(child) as IpcSend);
    pipelines.set(child, pipeline);
  }
  return pipeline.send(...sent);
}

/**
 * Keeps a socket that came over IPC from being read here: Node reads it at once, so this has to be called in the turn in
 * which it arrives, or the client's next request ends up in this process. It stays so until the socket is sent on or
 * destroyed. Returns false if its client has left, or this Node can't.
 */
export function holdSocket(socket: Socket): boolean {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null) {
    return false;
  }
  if (!("readStop" in handle) || typeof handle.readStop !== "function") {
    miss("the handle of a connection that is handed over: such connections are closed");
    return false;
  }
  Reflect.set(handle, "reading", false);
  handle.readStop();
  return true;
}

/**
 * Closes a socket that `holdSocket` keeps from being read, and looks first whether its client has asked something meanwhile, whose
 * request is lost then: within two turns all that has come is read.
 */
export function endHeld(socket: Socket, ended: (hasAsked: boolean) => void): void {
  const handle: unknown = Reflect.get(socket, "_handle");
  let hasAsked = false;
  const finish = (): void => {
    socket.destroy();
    ended(hasAsked);
  };
  if (typeof handle !== "object" || handle === null || !("readStart" in handle)) {
    finish();
    return;
  }
  socket.on("data", () => {
    hasAsked = true;
  });
  Reflect.set(handle, "reading", true);
  (handle as { readStart(): number }).readStart();
  setImmediate(() => setImmediate(finish));
}

/** The handle beneath a server that listens, for another process to listen with; `undefined` if it does not. */
export function listeningHandleOf(server: Server): unknown {
  return Reflect.get(server, "_handle") ?? undefined;
}

/** Closes what came with a message, of whatever kind: a socket, a server, a datagram socket or a bare handle. */
export function closeHandle(sent: unknown): void {
  if (typeof sent !== "object" || sent === null) {
    return;
  }
  if ("on" in sent && typeof sent.on === "function") {
    sent.on("error", () => undefined);
  }
  const end: unknown = Reflect.get(sent, "destroy") ?? Reflect.get(sent, "close");
  if (typeof end === "function") {
    end.call(sent);
  }
}

/**
 * Opens the inspector of another process on Windows, as SIGUSR1 does elsewhere and as `node inspect -p` does
 * (lib/internal/debugger/inspect.js). The caller has to close it again.
 * @throws Error if this Node can't.
 */
export function debugProcess(pid: number): void {
  const open: unknown = Reflect.get(process, "_debugProcess");
  if (typeof open !== "function") {
    throw new Error("this Node.js can't open the inspector of another process");
  }
  open.call(process, pid);
}
