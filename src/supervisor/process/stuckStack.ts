import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { WebSocket } from "ws";
import type { WorkerView } from "../../shared/snapshot.ts";

/** Milliseconds from the request for a stack to its arrival. */
const deadlineMs = 3_000;

/** Frames kept, topmost first. */
const mostFrames = 20;

export type StackFrames = NonNullable<WorkerView["stuckAt"]>;

/** The message of V8's inspector when a program is paused (Chrome DevTools Protocol, Debugger.paused). */
const pausedSchema = v.object({
  method: v.literal("Debugger.paused"),
  params: v.object({
    callFrames: v.array(
      v.object({
        functionName: v.string(),
        location: v.object({ scriptId: v.string(), lineNumber: v.number() }),
      }),
    ),
  }),
});

/** Maps a script to its file; sent for every script when the debugger is enabled. */
const scriptSchema = v.object({
  method: v.literal("Debugger.scriptParsed"),
  params: v.object({ scriptId: v.string(), url: v.string() }),
});

/** The number of the message that enables the debugger. */
const enabling = 1;

/** When Node answers this, it has sent all there is at that moment. */
const enabledSchema = v.object({ id: v.literal(enabling) });

/**
 * Takes the stack of a program whose event loop is blocked: its inspector runs in a separate thread, interrupts the
 * running JavaScript, reports where it is, and resumes it. A program that a debugger has paused is left alone.
 * @param url The inspector's WebSocket address on this machine.
 * @returns `undefined` if a debugger has paused it.
 */
export function takeStack(url: string): Promise<StackFrames | undefined> {
  return connect(url, true);
}

/** Whether a debugger has paused the program. */
export async function isHeld(url: string): Promise<boolean> {
  return (await connect(url, false)) === undefined;
}

/** @param pause Whether to interrupt a running program; otherwise there are no frames. */
function connect(url: string, pause: boolean): Promise<StackFrames | undefined> {
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
      socket.send(JSON.stringify({ id: enabling, method: "Debugger.enable" }));
    });
    let asked = false;
    const files = new Map<string, string>();
    socket.on("message", (data) => {
      const message = parse(String(data));
      const script = v.safeParse(scriptSchema, message);
      if (script.success) {
        files.set(script.output.params.scriptId, script.output.params.url);
      }
      const paused = v.safeParse(pausedSchema, message);
      if (paused.success && !asked) {
        finish(() => resolve(undefined));
      } else if (v.is(enabledSchema, message)) {
        if (pause) {
          asked = true;
          socket.send(JSON.stringify({ id: 2, method: "Debugger.pause" }));
        } else {
          finish(() => resolve([]));
        }
      } else if (paused.success) {
        socket.send(JSON.stringify({ id: 3, method: "Debugger.resume" }));
        socket.send(JSON.stringify({ id: 4, method: "Debugger.disable" }), () =>
          finish(() =>
            resolve(paused.output.params.callFrames.slice(0, mostFrames).map((frame) => toFrame(frame, files))),
          ),
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

function toFrame(
  frame: v.InferOutput<typeof pausedSchema>["params"]["callFrames"][number],
  files: ReadonlyMap<string, string>,
): StackFrames[number] {
  const file = files.get(frame.location.scriptId) ?? "";
  return {
    function: frame.functionName || "(anonymous)",
    file: file.startsWith("file://") ? fileURLToPath(file) : file,
    line: frame.location.lineNumber + 1,
  };
}
