import { EventEmitter, type Pseudoterminal } from "vscode";
import { createLineKeeper } from "../../client/logs/lineKeeper.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { LogChunk } from "../../shared/logs.ts";
import type { AppSession } from "../apps/appSession.ts";
import { findWorker } from "../apps/appView.ts";
import type { Localize } from "../platform/localize.ts";
import { createLineFormatter } from "./lineFormatter.ts";
import { startLogFeed } from "./logFeed.ts";

/** Milliseconds after which an unfinished line is shown. */
const patienceMs = 300;

export interface LogTerminalOptions {
  readonly session: AppSession;
  readonly worker?: number;
  readonly timestamps: boolean;
  readonly t: Localize;
  readonly onClosed: () => void;
}

/** The output of an app, or of one worker, as a read-only terminal. */
export function createLogTerminal(options: LogTerminalOptions): Pseudoterminal {
  const { session, worker, timestamps, t, onClosed } = options;
  const writes = new EventEmitter<string>();
  const lines = createLineFormatter({ timestamps });
  const keeper = createLineKeeper({ patienceMs });
  let looking: NodeJS.Timeout | undefined;
  let feed: Disposable | undefined;
  let watching: Disposable | undefined;
  let ended = worker === undefined;

  const show = (chunks: readonly LogChunk[]) => {
    const text = chunks.map(lines.format).join("");
    if (text !== "") {
      writes.fire(text);
    }
    clearTimeout(looking);
    if (keeper.keeps) {
      looking = setTimeout(() => show(keeper.overdue()), patienceMs);
    }
  };
  const note = (text: string) => writes.fire(lines.note(text));
  const noteEnd = () => {
    const { client, view } = session;
    if (!ended && worker !== undefined && client !== undefined && findWorker(view, worker) === undefined) {
      ended = true;
      note(t("worker {0} has ended", worker));
    }
  };

  return {
    onDidWrite: writes.event,
    open() {
      if (session.client === undefined) {
        note(t("{0} is not running", session.name));
      }
      feed = startLogFeed({
        source: session,
        ...(worker !== undefined && { worker }),
        onConnected({ snapshot: { supervisor } }) {
          if (worker === undefined) {
            note(t("{0} · Node.js {1} · supervisor {2}", session.name, supervisor.nodeVersion, supervisor.pid));
          }
        },
        onRead({ chunks, skippedBytes }) {
          if (skippedBytes > 0) {
            note(t("{0} KiB of output skipped", Math.ceil(skippedBytes / 1024)));
          }
          show(chunks.flatMap(keeper.add));
          noteEnd();
        },
        onDisconnected() {
          show(keeper.rest());
          note(t("{0} has ended", session.name));
        },
      });
      watching = session.onDidChange(noteEnd);
    },
    close() {
      clearTimeout(looking);
      feed?.dispose();
      watching?.dispose();
      writes.dispose();
      onClosed();
    },
    handleInput(data) {
      if (data === "\u0003") {
        note(t("This terminal only shows the output. Use “Hitless: Stop” to stop the app."));
      } else if (data === "\r") {
        // A blank line separates old output from new, as users often add by hand.
        writes.fire("\r\n");
      }
    },
  };
}
