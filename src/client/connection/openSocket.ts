import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Endpoint } from "../../shared/launch.ts";

/** The outcome of opening a socket: `refused` means that certainly no process listens there. */
export type SocketAttempt =
  | { readonly kind: "open"; readonly socket: Duplex }
  | { readonly kind: "refused" | "failed" | "deadline"; readonly reason: string };

/** The way to the supervisors of a machine. */
export interface Route {
  /** What the machine is called; absent for this one. */
  readonly machine?: string;
  /** Milliseconds for a supervisor to be connected to, and to answer a request. */
  readonly connectMs: number;
  readonly answerMs: number;
  /** Connects to the control socket of a supervisor. */
  open(endpoint: Endpoint, deadlineMs: number): Promise<SocketAttempt>;
  /** Epoch milliseconds on that machine's clock. */
  now(): number;
}

/** The way to those of this machine. */
export const localRoute: Route = {
  connectMs: 5_000,
  answerMs: 10_000,
  open: ({ socket }, deadlineMs) => openSocket(socket, deadlineMs),
  now: () => Date.now(),
};

const nobodyListens = new Set(["ENOENT", "ECONNREFUSED", "ENOTSOCK"]);

/**
 * Connects to a Unix socket or a Windows pipe.
 * @param deadlineMs Milliseconds before the attempt is given up.
 */
export function openSocket(path: string, deadlineMs: number): Promise<SocketAttempt> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const timer = setTimeout(
      () => settle({ kind: "deadline", reason: `no answer within ${deadlineMs} ms` }),
      deadlineMs,
    );
    const settle = (attempt: SocketAttempt) => {
      clearTimeout(timer);
      socket.off("connect", onConnect);
      if (attempt.kind !== "open") {
        socket.destroy();
      }
      resolve(attempt);
    };
    const onConnect = () => settle({ kind: "open", socket });
    // Stays attached: an error of a socket without a listener would end the whole program.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      settle({ kind: nobodyListens.has(error.code ?? "") ? "refused" : "failed", reason: error.message });
    });
    socket.once("connect", onConnect);
  });
}
