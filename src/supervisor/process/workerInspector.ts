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
  /** Filters a chunk of stderr; returns the app's own output. Only lines caused by or during `open` are removed. */
  filter(text: string): string;
}

/** Part of each line that Node prints about its inspector. */
const mark = /ebugger|For help, see/;

export function createWorkerInspector(): WorkerInspector {
  let used = false;
  let url: string | undefined;
  let isOurs = false;
  let found: ((url: string) => void) | undefined;
  let opening: Promise<string> | undefined;
  const note = (line: string, address: string | undefined): void => {
    if (address !== undefined) {
      url = address;
      isOurs = found !== undefined;
      found?.(address);
    } else if (line.startsWith("Debugger ending on")) {
      url = undefined;
      isOurs = false;
    }
  };
  return {
    get url() {
      return url;
    },
    get isOurs() {
      return isOurs;
    },
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
