import type { Stopped } from "../../client/connection/stopApp.ts";
import type { HitlessError } from "../../shared/errors.ts";
import { readyCount } from "../../shared/facts/snapshotFacts.ts";
import { type Failure, type SourceLocation, withPlace } from "../../shared/failure.ts";
import type { RenewalView, Snapshot, WorkerView } from "../../shared/snapshot.ts";
import { placeText } from "../../shared/text/placeText.ts";
import { workerName } from "../../shared/text/workerName.ts";
import type { Paint } from "../terminal/paint.ts";
import { count, duration } from "../terminal/units.ts";

/** `ready 2/2 · generation 1 · http://127.0.0.1:3000 · supervisor 4711` */
export function readyLine(snapshot: Snapshot): string {
  const { app, supervisor } = snapshot;
  return [
    `ready ${readyCount(snapshot)}/${app.desiredWorkers}`,
    `generation ${app.generation}`,
    ...(app.addresses.length === 0 ? [] : [app.addresses.join(", ")]),
    `supervisor ${supervisor.pid}`,
  ].join(" · ");
}

/** That a program has done its work, such as `api has finished; it is started again by its schedule (0 4 * * *)`. */
export function finishedText(name: string, schedule?: string): string {
  const again = schedule === undefined ? "" : `; it is started again by its schedule (${schedule})`;
  return `${name} has finished${again}`;
}

/** What a start waits for, such as `starting api · 1/2 ready`, and why a worker is tried again. */
export function startProgress(snapshot: Snapshot): string {
  const { app } = snapshot;
  const progress = `starting ${app.name} · ${readyCount(snapshot)}/${app.desiredWorkers} ready`;
  if (app.failure === undefined) {
    return progress;
  }
  const { message, location } = app.failure;
  return `${progress} · tried again after: ${withPlace(message, location, placeText)}`;
}

/** That a debugger has stopped a worker, or it waits for one, such as `paused at server.ts:12`. */
export function pausedText({ waits, at }: NonNullable<WorkerView["paused"]>): string {
  if (waits) {
    return "waits for a debugger";
  }
  return at === undefined ? "paused" : `paused at ${placeText(at)}`;
}

/** What of a renewal waits for a debugger, for its progress; nothing if none has stopped a worker. */
export function pausedWorkersText(app: string, workers: readonly WorkerView[]): string[] {
  const paused = workers.flatMap((worker) =>
    worker.paused === undefined ? [] : [`${workerName(worker)} ${pausedText(worker.paused)}`],
  );
  return paused.length === 0 ? [] : [...paused, `to go on: hitless continue ${app}`];
}

const renewing = { restart: "restarting", reload: "reloading", gracefulReload: "gracefully reloading" } as const;

export function killedText(killed: number, paint: Paint): string {
  return paint("yellow", `${count(killed, "worker")} did not end in time and ${killed === 1 ? "was" : "were"} killed`);
}

/** Of a stop that was to be at once: nothing was too late. */
export function killedAtOnceText(killed: number, paint: Paint): string {
  return paint("yellow", `${count(killed, "worker")} ${killed === 1 ? "was" : "were"} killed`);
}

/** Says for whom a supervisor stays though its app has ended; empty if for nobody. */
export function unreadText({ unread = [], unreadMs = 0 }: Stopped, pid: number): string {
  return unread.length === 0
    ? ""
    : `its supervisor (pid ${pid}) waits up to ${duration(unreadMs)} more for who has not read its last output: ${unread.join(", ")}`;
}

/** One line on how far a renewal is, such as `reloading api · 2/4 ready`. */
export function renewalProgress(name: string, renewal: RenewalView): string {
  const { kind, upgrade = false, phase, ready, total, draining, queued } = renewal;
  const what = phase === "rollingBack" ? "rolling back" : upgrade ? "upgrading" : renewing[kind];
  const step =
    phase === "preparing"
      ? "preReload runs"
      : phase === "draining"
        ? `draining ${draining}`
        : phase === "stopping"
          ? "stopping"
          : `${ready}/${total} ready`;
  return [`${what} ${name}`, ...(phase === "rollingBack" ? [] : [step]), ...(queued ? ["one more queued"] : [])].join(
    " · ",
  );
}

/** Why the app failed, with the source location and the last stderr lines. */
export function failureText(failure: Failure, paint: Paint, options: { readonly withStderr: boolean }): string {
  return [
    `${paint("red", "✖")} ${failure.message}`,
    ...placeLines(failure.location, paint),
    ...(options.withStderr ? stderrBlock(failure.stderr, paint) : []),
  ].join("\n");
}

/** The source location of an error, in a line of its own; nothing if it is not known. */
export function placeLines(location: SourceLocation | undefined, paint: Paint): string[] {
  return location === undefined ? [] : [`  ${paint("dim", `at ${location.file}:${location.line}`)}`];
}

/** The last stderr lines under a heading; nothing if there are none. */
export function stderrBlock(lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0
    ? []
    : ["", `  ${paint("dim", "last stderr lines:")}`, ...lines.map((line) => `    ${line}`)];
}

export function errorText(error: HitlessError, paint: Paint): string {
  const own = error.code === "internal" ? `Something unexpected went wrong: ${error.message}` : error.message;
  return [`${paint("red", "✖")} ${own}`, ...error.detail.map((line) => `    ${line}`)].join("\n");
}
