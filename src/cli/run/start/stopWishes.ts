import type { Disposable } from "../../../shared/basics/disposable.ts";
import type { StopSignal } from "../../cliContext.ts";
import type { StopWishes } from "../foreground.ts";
import { onStopSignal } from "../interrupts.ts";

/** The stop signals of a start, from before there is anything to stop. */
export interface CollectedWishes extends StopWishes {
  /** Begins to listen for signals; they are kept until a listener can act on them. */
  begin(): void;
  /** This command has started a supervisor, which is not to outlive it when it is told to end at once. */
  started(pid: number): void;
  /** Tells the supervisor that was started, if any, to end at once, and waits for nothing. */
  endStarted(): void;
  /** The signal that came first. */
  readonly first: StopSignal | undefined;
  /** Aborted by the first one. */
  readonly cancelled: AbortSignal;
  dispose(): void;
}

export function collectWishes(): CollectedWishes {
  const kept: [StopSignal, number][] = [];
  const cancelling = new AbortController();
  let listener: ((signal: StopSignal, times: number) => void) | undefined;
  let signals: Disposable | undefined;
  let supervisor: number | undefined;
  const endStarted = (): void => {
    if (supervisor !== undefined) {
      // Two that differ: the second one is urgent, and the system makes one of two that are the same.
      signalProcess(supervisor, "SIGTERM");
      signalProcess(supervisor, "SIGINT");
    }
  };
  return {
    begin() {
      signals ??= onStopSignal((signal, times) => {
        kept.push([signal, times]);
        cancelling.abort();
        listener?.(signal, times);
      }, endStarted);
    },
    started(pid) {
      supervisor = pid;
    },
    endStarted,
    get first() {
      return kept[0]?.[0];
    },
    cancelled: cancelling.signal,
    listen(given) {
      listener = given;
      for (const [signal, times] of kept) {
        given(signal, times);
      }
    },
    dispose: () => signals?.dispose(),
  };
}

function signalProcess(pid: number, signal: StopSignal): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
