import type { Disposable } from "../../shared/basics/disposable.ts";
import { exitCodeOfSignal, type StopSignal } from "../cliContext.ts";

/** SIGHUP is also what Windows sends when the console is closed. */
const stopSignals: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** A person who asks so often has waited long enough, whatever the command is still at. */
const enough = 3;

/**
 * Calls back for every signal that asks this process to end, with how many there have been; the third one ends it. Only
 * what would leave something undone listens: before and after, a signal ends the process as the system does it, even
 * one that is busy.
 */
export function onStopSignal(listener: (signal: StopSignal, times: number) => void): Disposable {
  let times = 0;
  const receive = (signal: NodeJS.Signals) => {
    times += 1;
    if (times >= enough) {
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

/** SIGUSR2 to the command line means what it means to the supervisor: reload. Windows has no such signal. */
export function onReloadSignal(listener: () => void): Disposable {
  if (process.platform === "win32") {
    return { dispose: () => undefined };
  }
  process.on("SIGUSR2", listener);
  return { dispose: () => process.off("SIGUSR2", listener) };
}
