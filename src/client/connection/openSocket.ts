import { connect, type Socket } from "node:net";

/** The outcome of opening a socket: `refused` means that certainly no process listens there. */
export type SocketAttempt =
  | { readonly kind: "open"; readonly socket: Socket }
  | { readonly kind: "refused" | "failed" | "deadline"; readonly reason: string };

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
