import { access, constants, stat } from "node:fs/promises";
import { dirname, isAbsolute } from "node:path";
import { HitlessError } from "../../shared/errors.ts";
import { type LayerPulse, serversReadingSchema } from "../../shared/layers/facts.ts";
import { sampleSeconds } from "../../shared/layers/sample.ts";
import { parseMessage } from "../../shared/parseMessage.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import type { AppSupervisor } from "../app/appSupervisor.ts";
import { shownTime, steadyNow } from "../clock.ts";
import type { RequestHandlers } from "../control/controlSession.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import { completeFacts } from "./completeFacts.ts";
import { FiguresRing } from "./figuresRing.ts";
import { openFiles } from "./machine.ts";
import { poolTime } from "./poolTime.ts";
import { completeSample } from "./sample/completeSample.ts";

/** Milliseconds for a worker to report its facts; the first time, it loads its collector. */
const factsDeadlineMs = 8_000;
const pulseDeadlineMs = 3_000;
/** Milliseconds beyond a sample's length for the worker to end and report it. */
const sampleMarginMs = 10_000;
/** Milliseconds for a worker to write a snapshot of its heap: about a second for 50 MB. */
const snapshotDeadlineMs = 300_000;
/** A pulse younger than this, in milliseconds, serves a second client too: rates over a shorter time would be noise. */
const pulseAgeMs = 400;

type LayerHandlers = Pick<
  RequestHandlers,
  "layers/facts" | "layers/pulse" | "layers/history" | "layers/servers" | "layers/sample" | "layers/heapSnapshot"
>;

/** Handles the requests for the layers of a worker. */
export function createLayerHandlers(app: Pick<AppSupervisor, "roster" | "originOf">): LayerHandlers {
  const pulses = new WeakMap<WorkerHandle, { readonly askedAt: number; readonly pulse: Promise<LayerPulse> }>();
  const ring = new FiguresRing<WorkerHandle>();
  const sampled = new WeakSet<WorkerHandle>();
  return {
    "layers/facts": async ({ worker: id }) => {
      const worker = app.roster.pick(id);
      const collected = await worker.layers.ask({ kind: "facts" }, factsDeadlineMs);
      return completeFacts(identify(worker), collected, app.originOf(worker.generation));
    },
    "layers/pulse": ({ worker: id }) => {
      const worker = app.roster.pick(id);
      const latest = pulses.get(worker);
      if (latest !== undefined && steadyNow() - latest.askedAt < pulseAgeMs) {
        return latest.pulse;
      }
      const pulse = askPulse(worker);
      pulse.then(
        (answer) => ring.note(worker, answer, steadyNow()),
        () => undefined,
      );
      pulses.set(worker, { askedAt: steadyNow(), pulse });
      return pulse;
    },
    "layers/history": () => {
      const now = steadyNow();
      const workers = [...app.roster.all.values()].map((worker) => ({
        worker: worker.id,
        figures: [...ring.of(worker, now)],
      }));
      return { now: shownTime(now), workers: workers.filter(({ figures }) => figures.length > 0) };
    },
    "layers/servers": async ({ worker: id }) => {
      const worker = app.roster.pick(id);
      const { servers } = await worker.layers.ask({ kind: "servers" }, pulseDeadlineMs);
      // The app sends over the same channel.
      return parseMessage(serversReadingSchema, "layers/servers", { worker: identify(worker), servers });
    },
    "layers/heapSnapshot": async ({ worker: id, file }) => {
      const worker = app.roster.pick(id);
      return { worker: identify(worker), file, ...(await writeHeapSnapshot(worker, file)) };
    },
    "layers/sample": async ({ worker: id, seconds = sampleSeconds.default, profile = false }, cancelled) => {
      const worker = app.roster.pick(id);
      if (sampled.has(worker)) {
        throw new HitlessError(
          "invalidState",
          `Worker ${workerLabel(worker)} is being sampled already; ask again when that is over.`,
          {
            remedy: "retry",
          },
        );
      }
      sampled.add(worker);
      const end = (): void => worker.layers.tell({ kind: "endSample" });
      try {
        const poolBefore = await poolTime(worker.pid);
        const asked = worker.layers.ask(
          { kind: "sample", seconds, timeline: profile },
          seconds * 1_000 + sampleMarginMs,
        );
        // Not before the worker was asked: cancelling a sample that has not begun would be lost.
        cancelled.addEventListener("abort", end, { once: true });
        if (cancelled.aborted) {
          end();
        }
        const sample = await asked;
        const poolAfter = await poolTime(worker.pid);
        const poolMs = poolBefore === undefined || poolAfter === undefined ? {} : { poolMs: poolAfter - poolBefore };
        const left = sample.cancelled && !cancelled.aborted ? { left: true } : {};
        return { ...(await completeSample(identify(worker), sample, shownTime(worker.startedAt))), ...poolMs, ...left };
      } finally {
        cancelled.removeEventListener("abort", end);
        sampled.delete(worker);
      }
    },
  };
}

/** @throws HitlessError when the path is not absolute, there is such a file, or it can't be written. */
async function writeHeapSnapshot(
  worker: WorkerHandle,
  file: string,
): Promise<{ readonly bytes: number; readonly ms: number }> {
  if (!isAbsolute(file)) {
    throw new HitlessError("invalidState", `file must be an absolute path, not ${file}.`);
  }
  if (
    await stat(file).then(
      () => true,
      () => false,
    )
  ) {
    throw new HitlessError("invalidState", `${file} exists already; choose another file.`);
  }
  await access(dirname(file), constants.W_OK).catch(() => {
    throw new HitlessError(
      "invalidState",
      `${file} can't be written: ${dirname(file)} is no folder in which the app may write.`,
    );
  });
  const { ms } = await worker.layers.ask({ kind: "heapSnapshot", file }, snapshotDeadlineMs);
  return { bytes: (await stat(file)).size, ms };
}

async function askPulse(worker: WorkerHandle): Promise<LayerPulse> {
  const { kind: _kind, ...pulse } = await worker.layers.ask({ kind: "pulse" }, pulseDeadlineMs);
  const files = await openFiles(worker.pid);
  const os = files === undefined ? pulse.os : { ...pulse.os, files };
  return { ...pulse, worker: identify(worker), takenAt: shownTime(steadyNow()), os };
}

function identify({ id, slot, pid, generation }: WorkerHandle): LayerPulse["worker"] {
  return { id, slot, pid, generation };
}
