export interface SignalActions {
  readonly reload: () => void;
  readonly gracefulReload: () => void;
  /** Called with the number of requests so far: the second one is urgent. */
  readonly stop: (times: number) => void;
}

/**
 * The signals for `kill`: SIGUSR2 reload, SIGHUP gracefulReload, SIGTERM and SIGINT stop, the second one at once.
 * Windows has no such signals; there the control channel has the same requests.
 */
export function listenToSignals({ reload, gracefulReload, stop }: SignalActions): void {
  let stops = 0;
  const onStop = (): void => {
    stops += 1;
    stop(stops);
  };
  process.on("SIGTERM", onStop);
  process.on("SIGINT", onStop);
  if (process.platform !== "win32") {
    process.on("SIGUSR2", reload);
    process.on("SIGHUP", gracefulReload);
  }
}
