import type { Disposable } from "../../shared/basics/disposable.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import { debugProcess } from "../internals.ts";

/** Milliseconds for Node to open its inspector on request. */
const deadlineMs = 3_000;

/** Node's output about its inspector, to be kept out of the app's own output. */
const inspectorLines =
  /^(Debugger listening on (ws:\S+)|For help, see: https:\/\/nodejs\.org\/\S+|Debugger attached\.|Debugger ending on ws:\S+|Waiting for the debugger to disconnect\.\.\.)\r?\n/gm;

/**
 * Opens the inspector of a worker on request. Node opens it at SIGUSR1 even while JavaScript is running, and prints the
 * address on stderr only.
 */
export interface WorkerInspector {
  /** The WebSocket address of an open inspector, however it was opened: by a flag, a user's signal, or `open`. */
  readonly url: string | undefined;
  /** Whether `open` opened it, so that it is ours to close. */
  readonly isOurs: boolean;
  /** Resolves with the WebSocket address, also that of an inspector that is already open. */
  open(pid: number): Promise<string>;
  /** Whoever opens it next does so at our request: then it is ours to close, and what Node says of it is not the app's output. */
  expectOurs(): void;
  /** A session of the supervisor's own begins: it is no debugger. */
  countOwn(): void;
  /** It is known to be closed: Node does not say that. */
  closed(): void;
  /** Called when it has been opened or closed. */
  onDidChange(listener: () => void): Disposable;
  /** Called when the last debugger has left, other than sessions of the supervisor's own. It stays open. */
  onDidLeave(listener: () => void): Disposable;
  /** Filters a chunk of stderr; returns the app's own output. Only lines caused by or during `open` are removed. */
  filter(text: string): string;
}

/** Part of each line that Node prints about its inspector. */
const mark = /ebugger|For help, see/;

export function createWorkerInspector(): WorkerInspector {
  let used = false;
  let expected = false;
  /** Sessions that began since there was none. */
  let sessions = 0;
  let own = 0;
  const changes = createEmitter<void>();
  const leaves = createEmitter<void>();
  let url: string | undefined;
  let isOurs = false;
  let found: ((url: string) => void) | undefined;
  let opening: Promise<string> | undefined;
  const note = (line: string, address: string | undefined): void => {
    if (address !== undefined) {
      url = address;
      isOurs = found !== undefined || expected;
      expected = false;
      found?.(address);
      changes.fire();
    } else if (line.startsWith("Debugger attached")) {
      sessions += 1;
    } else if (line.startsWith("Debugger ending on")) {
      // So Node says when the last session ends (inspector_socket_server.cc, SessionTerminated).
      const debugged = sessions > own;
      sessions = 0;
      own = 0;
      if (debugged) {
        leaves.fire();
      }
    }
  };
  return {
    get url() {
      return url;
    },
    get isOurs() {
      return isOurs;
    },
    expectOurs() {
      used = true;
      expected = url === undefined;
    },
    countOwn() {
      own += 1;
    },
    closed() {
      if (url !== undefined) {
        url = undefined;
        isOurs = false;
        changes.fire();
      }
    },
    onDidChange: changes.on,
    onDidLeave: leaves.on,
    open(pid) {
      used = true;
      if (url !== undefined) {
        return Promise.resolve(url);
      }
      // Concurrent callers share it: Node prints the address once.
      opening ??= new Promise<string>((resolve, reject) => {
        const deadline = setTimeout(() => {
          found = undefined;
          reject(new Error(`the inspector did not open within ${deadlineMs} ms`));
        }, deadlineMs);
        found = (address) => {
          clearTimeout(deadline);
          found = undefined;
          resolve(address);
        };
        try {
          openInspector(pid);
        } catch (error) {
          clearTimeout(deadline);
          reject(error);
        }
      }).finally(() => {
        opening = undefined;
      });
      return opening;
    },
    filter(text) {
      if (!mark.test(text)) {
        return text;
      }
      return text.replace(inspectorLines, (line: string, _what, address: string | undefined) => {
        note(line, address);
        return used ? "" : line;
      });
    },
  };
}

function openInspector(pid: number): void {
  if (process.platform === "win32") {
    debugProcess(pid);
  } else {
    process.kill(pid, "SIGUSR1");
  }
}
