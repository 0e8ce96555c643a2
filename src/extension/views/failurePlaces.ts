import type { Failure, SourceLocation } from "../../shared/failure.ts";
import { type AppView, failedRenewal } from "../apps/appView.ts";

/** An error of an app at the line of its source where it came about. */
export interface FailurePlace {
  /** Key of the app. */
  readonly app: string;
  readonly location: SourceLocation;
  readonly message: string;
}

/**
 * Where apps fail now: a start that did not succeed, crashes of workers, and the last renewal where it was undone. All of it is
 * gone with the next good start.
 */
export function failurePlaces(apps: readonly AppView[]): FailurePlace[] {
  const places = new Map<string, FailurePlace>();
  for (const app of apps) {
    for (const { location, message } of failuresOf(app)) {
      if (location !== undefined) {
        const { file, line } = location;
        places.set(JSON.stringify([app.key, file, line, message]), { app: app.key, location, message });
      }
    }
  }
  return [...places.values()];
}

type Failing = Pick<Failure, "location" | "message">;

function failuresOf(view: AppView): Failing[] {
  if (view.snapshot === undefined) {
    return [];
  }
  const { app, workers } = view.snapshot;
  const undone = failedRenewal(view);
  return [
    ...(app.failure === undefined ? [] : [app.failure]),
    ...workers.flatMap(({ lastFailure }) => lastFailure ?? []),
    ...(undone === undefined ? [] : [{ location: undone.location, message: undone.reason ?? "" }]),
  ];
}
