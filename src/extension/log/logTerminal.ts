import { EventEmitter, type Pseudoterminal } from "vscode";
import { replayEvents } from "../../client/connection/replayEvents.ts";
import { createLineKeeper } from "../../client/logs/lineKeeper.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { LogChunk, SupervisorEvent } from "../../shared/logs.ts";
import type { AppSession } from "../apps/appSession.ts";
import { findWorker } from "../apps/appView.ts";
import type { Localize } from "../platform/localize.ts";
import { createLineFormatter } from "./lineFormatter.ts";
import { startLogFeed } from "./logFeed.ts";
import { createLogNotes } from "./logNotes.ts";
import { type LogView, viewChunk, wholeLog } from "./logView.ts";

/** Milliseconds after which an unfinished line is shown. */
const patienceMs = 300;

export interface LogTerminalOptions {
  readonly session: AppSession;
  readonly worker?: number;
  /** What the worker is called. */
  readonly name?: string;
  readonly timestamps: boolean;
  readonly t: Localize;
  readonly onClosed: () => void;
}

export interface LogTerminal extends Pseudoterminal {
  readonly view: LogView;
  /** Shows the log again, as wanted from now on. */
  setView(view: LogView): void;
}

/** Chunks kept to show the log again in another way. */
const chunksKept = 5_000;

const clearScreen = "\u001b[2J\u001b[3J\u001b[H";

/** The output of an app, or of one worker, with what Hitless did meanwhile, as a read-only terminal. */
export function createLogTerminal(options: LogTerminalOptions): LogTerminal {
  const { session, worker, name = "", timestamps, t, onClosed } = options;
  const writes = new EventEmitter<string>();
  const lines = createLineFormatter({ timestamps });
  const keeper = createLineKeeper({ patienceMs });
  let looking: NodeJS.Timeout | undefined;
  let feed: Disposable | undefined;
  let watching: Disposable | undefined;
  let following: Disposable | undefined;
  let ended = worker === undefined;

  const notes = createLogNotes(worker);
  let view = wholeLog;
  /** What was shown, to show it again in another way. */
  let shown: (LogChunk | SupervisorEvent)[] = [];

  const draw = (part: LogChunk | SupervisorEvent): string =>
    "text" in part ? lines.format(viewChunk(part, view)) : lines.note(eventText(part), part.level);
  const write = (parts: readonly (LogChunk | SupervisorEvent)[]) => {
    shown.push(...parts);
    shown = shown.slice(-chunksKept);
    const text = parts.map(draw).join("");
    if (text !== "") {
      writes.fire(text);
    }
  };
  const show = (chunks: readonly LogChunk[]) => {
    write(chunks.flatMap((chunk) => [...notes.before(chunk.time), chunk]));
    clearTimeout(looking);
    looking = undefined;
    if (keeper.keeps || notes.waiting) {
      looking = setTimeout(() => {
        looking = undefined;
        show(keeper.overdue());
        write(notes.due(session.client?.now() ?? Date.now()));
      }, patienceMs);
    }
  };
  const note = (text: string) => writes.fire(lines.note(text));
  const noteEnd = () => {
    const { client, view } = session;
    if (!ended && worker !== undefined && client !== undefined && findWorker(view, worker) === undefined) {
      ended = true;
      note(t("worker {0} has ended", name));
    }
  };

  return {
    get view() {
      return view;
    },
    setView(wanted) {
      view = wanted;
      lines.clear();
      writes.fire(`${clearScreen}${lines.note(viewText(view, t))}${shown.map(draw).join("")}`);
    },
    onDidWrite: writes.event,
    open() {
      if (session.client === undefined) {
        note(t("{0} is not running", session.name));
      }
      feed = startLogFeed({
        source: session,
        ...(worker !== undefined && { worker }),
        onConnected(client) {
          const { supervisor } = client.snapshot;
          following?.dispose();
          following = replayEvents(client, (event) => {
            notes.add(event);
            looking ??= setTimeout(() => show([]), patienceMs);
          });
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
      following?.dispose();
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

/** When it was, and what. */
function eventText({ time, message }: SupervisorEvent): string {
  return `${new Date(time).toLocaleTimeString()} ${message.split("\n", 1)[0] ?? ""}`;
}

/** What is shown of the log, in words. */
function viewText({ raw, level, slot }: LogView, t: Localize): string {
  const words = [
    ...(slot === undefined ? [] : [t("worker {0}", slot)]),
    ...(level === "trace" ? [] : [t("from {0} on", level)]),
    raw ? t("lines of JSON as they were written") : t("lines of JSON made readable"),
  ];
  return words.join(" · ");
}
