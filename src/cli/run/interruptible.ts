import { type CliContext, exitCodeOfSignal, type StopSignal } from "../cliContext.ts";
import { openProgressLine } from "../terminal/progressLine.ts";
import { onStopSignal } from "./interrupts.ts";

/** A request that the foreground waits for. */
export interface Interruptible<Result> {
  /** Aborted by the first stop signal; its answer is awaited all the same. */
  readonly request: (signal: AbortSignal) => Promise<Result>;
  /** The progress, for the line on the terminal. */
  readonly progress: (cancelling: boolean) => string;
  /** Called with the first stop signal. */
  readonly onDidCancel?: () => void;
}

/** The outcome: its result, or that the user has left without waiting. */
export type Interrupted<Result> =
  | { readonly kind: "result"; readonly result: Result }
  | { readonly kind: "left"; readonly exitCode: number };

/** Waits with a progress line. Ctrl-C cancels the request, a second one leaves. Rejects as the request does. */
export async function runInterruptible<Result>(
  context: CliContext,
  { request, progress, onDidCancel }: Interruptible<Result>,
): Promise<Interrupted<Result>> {
  const cancelling = new AbortController();
  const line = openProgressLine(context.stderr, () => progress(cancelling.signal.aborted));
  let leave: (signal: StopSignal) => void = () => undefined;
  const left = new Promise<Interrupted<Result>>((resolve) => {
    leave = (signal) => resolve({ kind: "left", exitCode: exitCodeOfSignal(signal) });
  });
  const signals = onStopSignal((signal, times) => {
    if (times > 1) {
      leave(signal);
      return;
    }
    onDidCancel?.();
    cancelling.abort();
  });
  try {
    const ended = request(cancelling.signal).then((result): Interrupted<Result> => ({ kind: "result", result }));
    return await Promise.race([ended, left]);
  } finally {
    signals.dispose();
    line.end();
  }
}
