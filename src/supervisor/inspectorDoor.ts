/** How long Node takes at most to open its inspector after being asked, in milliseconds. */
const deadlineMs = 3_000;

/** What Node prints about its inspector, to be kept out of the app's own output. */
const inspectorLines =
  /^(Debugger listening on (ws:\S+)|For help, see: https:\/\/nodejs\.org\/\S+|Debugger attached\.|Debugger ending on ws:\S+|Waiting for the debugger to disconnect\.\.\.)\r?\n/gm;

/**
 * Opens the inspector of a worker on request. Node opens it at SIGUSR1 even while JavaScript is running, and tells the
 * address on stderr only.
 */
export interface InspectorDoor {
  /** Resolves with the WebSocket address. */
  open(pid: number): Promise<string>;
  /** Filters a piece of stderr; returns what is the app's own. Costs nothing while the door was never opened. */
  filter(text: string): string;
}

export function createInspectorDoor(): InspectorDoor {
  let opened = false;
  let found: ((url: string) => void) | undefined;
  let opening: Promise<string> | undefined;
  return {
    open(pid) {
      opened = true;
      // Whoever asks meanwhile gets the same: Node tells the address once.
      opening ??= new Promise<string>((resolve, reject) => {
        const deadline = setTimeout(() => {
          found = undefined;
          reject(new Error(`the inspector did not open within ${deadlineMs} ms`));
        }, deadlineMs);
        found = (url) => {
          clearTimeout(deadline);
          found = undefined;
          resolve(url);
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
      return opened
        ? text.replace(inspectorLines, (_line, _what, url: string | undefined) => {
            if (url !== undefined) {
              found?.(url);
            }
            return "";
          })
        : text;
    },
  };
}

function openInspector(pid: number): void {
  if (process.platform !== "win32") {
    process.kill(pid, "SIGUSR1");
    return;
  }
  // The twin of SIGUSR1 on Windows, which `node inspect -p` uses (lib/internal/debugger/inspect.js).
  const debugProcess: unknown = Reflect.get(process, "_debugProcess");
  if (typeof debugProcess !== "function") {
    throw new Error("this Node.js can't open the inspector of another process");
  }
  debugProcess.call(process, pid);
}
