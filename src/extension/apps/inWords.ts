import type { Failure } from "../../shared/failure.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { Snapshot } from "../../shared/snapshot.ts";
import { engineSentence } from "../platform/engineSentence.ts";
import type { Localize } from "../platform/localize.ts";

const known = new WeakMap<Snapshot, Snapshot>();

/** A snapshot whose sentences are in the editor's language; the same one for the same one. */
export function snapshotInWords(snapshot: Snapshot, t: Localize): Snapshot {
  const before = known.get(snapshot);
  if (before !== undefined) {
    return before;
  }
  const { app, workers } = snapshot;
  const said: Snapshot = {
    ...snapshot,
    app: {
      ...app,
      ...(app.failure && { failure: failureInWords(app.failure, t) }),
      ...(app.watch?.problem && { watch: { ...app.watch, problem: engineSentence(app.watch.problem, t) } }),
    },
    workers: workers.map((worker) =>
      worker.lastFailure === undefined ? worker : { ...worker, lastFailure: failureInWords(worker.lastFailure, t) },
    ),
  };
  known.set(snapshot, said);
  return said;
}

/** A report whose sentences are in the editor's language. */
export function reportInWords(report: RenewalReport, t: Localize): RenewalReport {
  const { reason, notes } = report;
  return {
    ...report,
    ...(reason !== undefined && { reason: engineSentence(reason, t) }),
    ...(notes !== undefined && { notes: notes.map((note) => engineSentence(note, t)) }),
  };
}

function failureInWords(failure: Failure, t: Localize): Failure {
  return { ...failure, message: engineSentence(failure.message, t) };
}
