import * as v from "valibot";
import type { WorkerView } from "../../shared/snapshot.ts";
import { type InspectorSession, openInspectorSession } from "./inspectorSession.ts";
import { originalPlace } from "./originalPlace.ts";

/** Milliseconds from the request for a stack to its arrival. */
const deadlineMs = 3_000;

/** Frames kept, topmost first. */
const mostFrames = 20;

export type StackFrames = NonNullable<WorkerView["stuckAt"]>;

/** What V8's inspector says when a program is paused (Chrome DevTools Protocol, Debugger.paused). */
const pausedSchema = v.object({
  callFrames: v.array(
    v.object({
      functionName: v.string(),
      location: v.object({ scriptId: v.string(), lineNumber: v.number(), columnNumber: v.optional(v.number(), 0) }),
    }),
  ),
});

/** Maps a script to its file; sent for every script when the debugger is enabled. */
const scriptSchema = v.object({ scriptId: v.string(), url: v.string(), sourceMapURL: v.optional(v.string(), "") });

/**
 * Takes the stack of a program whose event loop is blocked: its inspector runs in a separate thread, interrupts the
 * running JavaScript, reports where it is, and resumes it. A program that a debugger has paused is left alone.
 * @param url The inspector's WebSocket address on this machine.
 * @returns `undefined` if a debugger has paused it.
 */
export async function takeStack(url: string): Promise<StackFrames | undefined> {
  const { held, frames } = await look(url, true);
  return held ? undefined : frames;
}

/**
 * Where a debugger has paused the program; without frames, where it is in no JavaScript.
 * @returns `undefined` if none has.
 */
export async function findPause(url: string): Promise<StackFrames | undefined> {
  const { held, frames } = await look(url, false);
  return held ? frames : undefined;
}

interface Look {
  /** Whether it was paused already. */
  readonly held: boolean;
  readonly frames: StackFrames;
}

/** @param interrupts Whether to pause a running program for a moment; otherwise there are no frames. */
async function look(url: string, interrupts: boolean): Promise<Look> {
  const scripts = new Map<string, v.InferOutput<typeof scriptSchema>>();
  let frames: StackFrames | undefined;
  let pausedNow: () => void = () => undefined;
  const paused = new Promise<void>((resolve) => {
    pausedNow = resolve;
  });
  const session = await openInspectorSession(url, (method, params) => {
    if (method === "Debugger.scriptParsed") {
      const script = v.safeParse(scriptSchema, params);
      if (script.success) {
        scripts.set(script.output.scriptId, script.output);
      }
    } else if (method === "Debugger.paused" && frames === undefined) {
      const told = v.safeParse(pausedSchema, params);
      frames = told.success ? told.output.callFrames.slice(0, mostFrames).map((frame) => toFrame(frame, scripts)) : [];
      pausedNow();
    }
  });
  try {
    return await withDeadline(async () => {
      // When Node answers this, it has told of a pause that there is.
      await session.ask("Debugger.enable");
      if (frames !== undefined || !interrupts) {
        return { held: frames !== undefined, frames: frames ?? [] };
      }
      void session.ask("Debugger.pause").catch(() => undefined);
      await paused;
      await leave(session);
      return { held: false, frames: frames ?? [] };
    });
  } finally {
    session.close();
  }
}

async function leave(session: InspectorSession): Promise<void> {
  await session.ask("Debugger.resume");
  await session.ask("Debugger.disable");
}

/** Lets a paused program go on. Whoever has paused it is told so by the inspector. */
export async function resumePaused(url: string): Promise<void> {
  const session = await openInspectorSession(url);
  try {
    await withDeadline(async () => {
      await session.ask("Debugger.enable");
      await session.ask("Debugger.resume");
      await session.ask("Debugger.disable");
    });
  } finally {
    session.close();
  }
}

/** Lets a program go on that waits for a debugger before its first line. */
export async function releaseWaiting(url: string): Promise<void> {
  const session = await openInspectorSession(url);
  try {
    await withDeadline(() => session.ask("Runtime.runIfWaitingForDebugger"));
  } finally {
    session.close();
  }
}

async function withDeadline<Result>(work: () => Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the inspector did not answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function toFrame(
  frame: v.InferOutput<typeof pausedSchema>["callFrames"][number],
  scripts: ReadonlyMap<string, v.InferOutput<typeof scriptSchema>>,
): StackFrames[number] {
  const { scriptId, lineNumber: line, columnNumber: column } = frame.location;
  const { url = "", sourceMapURL: sourceMapUrl = "" } = scripts.get(scriptId) ?? {};
  return {
    function: frame.functionName || "(anonymous)",
    ...originalPlace({ url, line, column, sourceMapUrl }),
  };
}
