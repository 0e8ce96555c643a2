import type { Disposable } from "../../shared/basics/disposable.ts";
import { exitCodeOfSignal, type StopSignal } from "../cliContext.ts";

/** SIGHUP is also what Windows sends when the console is closed. */
const stopSignals: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** After this many requests the user has waited long enough, whatever the command is still doing. */
const enough = 3;

/**
 * Calls back for every signal that asks this process to end, with their count; the third one ends it. Listen only while
 * there is something to finish: before and after, the system's default ends the process, even a busy one.
 * @param leaving Called before the third one ends it, for what can be done without waiting.
 */
export function onStopSignal(
  listener: (signal: StopSignal, times: number) => void,
  leaving: () => void = () => undefined,
): Disposable {
  let times = 0;
  const receive = (signal: NodeJS.Signals) => {
    times += 1;
    if (times >= enough) {
      leaving();
      process.exit(exitCodeOfSignal(signal as StopSignal));
    }
    listener(signal as StopSignal, times);
  };
  for (const signal of stopSignals) {
    process.on(signal, receive);
  }
  return {
    dispose() {
      for (const signal of stopSignals) {
        process.off(signal, receive);
      }
    },
  };
}

/** SIGUSR2 means the same here as for the supervisor: reload. Windows has no such signal. */
export function onReloadSignal(listener: () => void): Disposable {
  if (process.platform === "win32") {
    return { dispose: () => undefined };
  }
  process.on("SIGUSR2", listener);
  return { dispose: () => process.off("SIGUSR2", listener) };
}
