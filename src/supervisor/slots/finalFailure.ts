import { type Failure, isPermanentFailure } from "../../shared/failure.ts";
import { asSentence } from "../process/explainDeath.ts";

export interface FailedStart {
  readonly failure: Failure;
  /** How the worker before this one in the slot failed. */
  readonly before: Failure | undefined;
  /** Whether it was ever ready. */
  readonly wasReady: boolean;
  /** Whether the app has had all its workers since it was started or scaled up: then a failure is a crash. */
  readonly everFull: boolean;
  /** Whether other workers of the app serve. */
  readonly othersServe: boolean;
}

const othersServe =
  "Other workers of the app serve: if only one process can have what this one lacks (a lock, a file, a device), run one worker.";

/**
 * The failure with which the start of a slot ends, where another try would end in the same way: the worker had all the time that it
 * was to have, or it fails as the one before did, while others of the app serve or as the app's files are loaded. `undefined` where it
 * is tried again.
 */
export function finalFailure({ failure, before, ...facts }: FailedStart): Failure | undefined {
  if (facts.everFull || facts.wasReady) {
    return undefined;
  }
  const shared: Failure = { ...failure, message: `${asSentence(failure.message)} ${othersServe}` };
  if (failure.code === "notReady" || failure.code === "readyUrlFailed") {
    // One that waits for a lock never fails by itself.
    return facts.othersServe && failure.code === "notReady" ? shared : failure;
  }
  const again = before !== undefined && isAlike(before, failure);
  if (!facts.othersServe) {
    return again && failure.atLoad === true && saysTheSame(before, failure) ? failure : undefined;
  }
  if (again) {
    return shared;
  }
  return isPermanentFailure(failure) ? failure : undefined;
}

/** Whether two failures differ in their numbers at most: many name a pid, a time or an address in memory. */
function isAlike(one: Failure, other: Failure): boolean {
  return one.code === other.code && withoutNumbers(one.message) === withoutNumbers(other.message);
}

/** Of an app that ends itself the last lines are the reason. */
function saysTheSame(one: Failure, other: Failure): boolean {
  const [before, now] = [one, other].map(({ stderr }) => withoutNumbers(stderr.join("\n")));
  return other.code !== "exited" || before === now;
}

function withoutNumbers(text: string): string {
  return text.replaceAll(/0x[\da-f]+|\d+/gi, "0");
}
