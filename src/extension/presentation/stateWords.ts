import type { RenewalView, WorkerView } from "../../shared/snapshot.ts";
import { placeText } from "../../shared/text/placeText.ts";
import type { AppView, AppViewState } from "../apps/appView.ts";
import type { Localize } from "../platform/localize.ts";

export function stateWord(state: AppViewState, t: Localize): string {
  return {
    stopped: t("stopped"),
    starting: t("starting"),
    running: t("running"),
    reloading: t("reloading"),
    degraded: t("degraded"),
    "crash-looping": t("crash-looping"),
    stopping: t("stopping"),
    finished: t("finished"),
    failed: t("failed"),
    invalid: t("wrong settings"),
  }[state];
}

/** That a debugger has stopped a worker, and where, or that it waits for one. */
export function pausedWord({ waits, at }: NonNullable<WorkerView["paused"]>, t: Localize): string {
  if (waits) {
    return t("waits for a debugger");
  }
  return at === undefined ? t("paused") : t("paused at {0}", placeText(at));
}

/** The state of a worker, or that it is unresponsive, or stopped by a debugger. */
export function workerWord(worker: WorkerView, t: Localize): string {
  if (worker.paused !== undefined) {
    return pausedWord(worker.paused, t);
  }
  if (worker.health === "unresponsive" && worker.state === "ready") {
    return t("unresponsive");
  }
  return {
    starting: t("starting"),
    ready: t("ready"),
    draining: t("draining"),
    exited: t("exited"),
  }[worker.state];
}

/** The phase of a renewal. It counts the workers that come or go; those that serve are counted apart. */
export function renewalWord(renewal: RenewalView, t: Localize): string {
  return {
    preparing: t("preReload runs"),
    stopping: t("stopping the old workers"),
    starting: t("new {0}/{1}", renewal.ready, renewal.total),
    draining: t("draining {0}", renewal.draining),
    rollingBack: t("rolling back"),
  }[renewal.phase];
}

/** The state of an app; of one whose workers are being stopped and started, that there is a gap. */
export function appWord({ state, snapshot }: AppView, t: Localize): string {
  return state === "reloading" && snapshot?.renewal?.kind === "restart" ? t("restarting") : stateWord(state, t);
}

/** A duration in its largest unit, or two for hours and days. */
export function durationWord(milliseconds: number, t: Localize): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes < 1) {
    return t("{0}s", seconds);
  }
  if (hours < 1) {
    return t("{0}m", minutes);
  }
  return days < 1 ? t("{0}h {1}m", hours, minutes % 60) : t("{0}d {1}h", days, hours % 24);
}

/** The uptime of a worker, to the minute. */
export function uptimeWord(milliseconds: number, t: Localize): string {
  return milliseconds < 60_000 ? t("<1m") : durationWord(milliseconds, t);
}

/** Addresses shortened as far as they stay distinct within an app: `:3000`, or the name of a socket file. */
export function portWords(addresses: readonly string[]): string[] {
  const words = addresses.map((address) => {
    const port = /:(\d+)\/?$/.exec(address)?.[1];
    return port === undefined ? (address.split(/[\\/]/).at(-1) ?? address) : `:${port}`;
  });
  return [...new Set(words)];
}

/** `1 of 2 workers ready` */
export function readyWords(ready: number, desired: number, t: Localize): string {
  return desired === 1 ? t("{0} of 1 worker ready", ready) : t("{0} of {1} workers ready", ready, desired);
}

/** `server.js:12` */
export function placeWord({ file, line }: { readonly file: string; readonly line: number }): string {
  return `${file.split(/[\\/]/).at(-1)}:${line}`;
}
