import { createRequire } from "node:module";
import type { Channel } from "../channel.ts";

/** The part of `node:inspector` that is used. */
interface Inspector {
  url(): string | undefined;
  open(port: number, host: string): void;
  close(): void;
  waitForDebugger(): void;
}

/** Loaded late: a Node without inspector throws, and an app that nobody debugs need not have it loaded. */
function inspector(): Inspector {
  return createRequire(__filename)("node:inspector") as Inspector;
}

/** Opens the inspector on a free port of this machine, unless it is open. Node tells the address on stderr. */
export function openInspector(channel: Channel): boolean {
  try {
    if (inspector().url() === undefined) {
      inspector().open(0, "127.0.0.1");
    }
    return true;
  } catch (error) {
    channel.send({ type: "noInspector", message: error instanceof Error ? error.message : String(error) });
    return false;
  }
}

/**
 * Blocks the process until a debugger lets it go, before the app's first line. The supervisor lets it go if none does in time:
 * nothing in here could.
 */
export function awaitDebugger(channel: Channel): void {
  channel.send({ type: "debugger", waits: true });
  if (openInspector(channel)) {
    inspector().waitForDebugger();
  }
  channel.send({ type: "debugger", waits: false });
}

/** Node says nothing of it on stderr. */
export function closeInspector(channel: Channel): void {
  inspector().close();
  channel.send({ type: "inspectorClosed" });
}
