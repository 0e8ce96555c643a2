import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { WebSocket } from "ws";
import type { WorkerView } from "../shared/snapshot.ts";

/** From the request for a stack to its arrival, in milliseconds. */
const deadlineMs = 3_000;

/** Frames kept, topmost first. */
const mostFrames = 20;

export type StackFrames = NonNullable<WorkerView["stuckAt"]>;

/** The message of V8's inspector that a paused program sends (Chrome DevTools Protocol, Debugger.paused). */
const pausedSchema = v.object({
  method: v.literal("Debugger.paused"),
  params: v.object({
    callFrames: v.array(
      v.object({
        functionName: v.string(),
        url: v.string(),
        location: v.object({ lineNumber: v.number() }),
      }),
    ),
  }),
});

/**
 * Takes the stack of a program whose event loop is blocked: its inspector runs in a thread of its own, interrupts the
 * running JavaScript, tells where it is, and lets it go on.
 * @param url The inspector's WebSocket address on this machine.
 */
export function takeStack(url: string): Promise<StackFrames> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { handshakeTimeout: deadlineMs });
    const deadline = setTimeout(() => finish(() => reject(new Error(`no stack within ${deadlineMs} ms`))), deadlineMs);
    const finish = (settle: () => void): void => {
      clearTimeout(deadline);
      socket.close();
      settle();
    };
    socket.on("error", (error) => finish(() => reject(error)));
    socket.on("open", () => {
      socket.send(JSON.stringify({ id: 1, method: "Debugger.enable" }));
      socket.send(JSON.stringify({ id: 2, method: "Debugger.pause" }));
    });
    socket.on("message", (data) => {
      const paused = v.safeParse(pausedSchema, parse(String(data)));
      if (paused.success) {
        socket.send(JSON.stringify({ id: 3, method: "Debugger.resume" }));
        socket.send(JSON.stringify({ id: 4, method: "Debugger.disable" }), () =>
          finish(() => resolve(paused.output.params.callFrames.slice(0, mostFrames).map(toFrame))),
        );
      }
    });
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toFrame(frame: v.InferOutput<typeof pausedSchema>["params"]["callFrames"][number]): StackFrames[number] {
  return {
    function: frame.functionName || "(anonymous)",
    file: frame.url.startsWith("file://") ? fileURLToPath(frame.url) : frame.url,
    line: frame.location.lineNumber + 1,
  };
}
