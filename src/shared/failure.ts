import * as v from "valibot";

const permanentCodes = [
  "entryNotFound",
  "missingModule",
  "syntaxError",
  "portInUse",
  "portDenied",
  "nestedCluster",
  "typescriptUnsupported",
  "badNodeArguments",
] as const;

/**
 * Why a worker could not start or did not stay up.
 *
 * - `entryNotFound`, `missingModule`, `syntaxError`, `portInUse`, `portDenied`, `nestedCluster`, `typescriptUnsupported`,
 *   `badNodeArguments`: the same start would fail the same way, so it is not tried again by itself.
 * - `threw`, `exited`, `killed`, `outOfMemory`, `notReady`, `readyUrlFailed`, `spawnFailed`: another try may succeed.
 */
export const failureCodeSchema = v.picklist([
  ...permanentCodes,
  "threw",
  "exited",
  "killed",
  "outOfMemory",
  "notReady",
  "readyUrlFailed",
  "spawnFailed",
]);

export type FailureCode = v.InferOutput<typeof failureCodeSchema>;

/** A place in the app's source; both count from 1. */
export const sourceLocationSchema = v.object({ file: v.string(), line: v.number(), column: v.optional(v.number()) });
export type SourceLocation = v.InferOutput<typeof sourceLocationSchema>;

export const failureSchema = v.object({
  code: failureCodeSchema,
  /** One sentence for the user: what happened, and the fix where it is known. */
  message: v.string(),
  /** Exit code of the process, `null` if a signal ended it or it is still alive. */
  exitCode: v.nullable(v.number()),
  /** Signal that ended the process, such as `SIGKILL`; `null` if none did. */
  signal: v.nullable(v.string()),
  /** The last lines the worker wrote to stderr (at most 20), oldest first. */
  stderr: v.array(v.string()),
  /** Where in the app's source it happened, when that is known. */
  location: v.optional(sourceLocationSchema),
  /** It was thrown while the app's files were loaded, and not by what is outside of them, as far as can be told. */
  atLoad: v.optional(v.boolean()),
});

/** Why a worker failed, with everything the user needs to fix it. */
export type Failure = v.InferOutput<typeof failureSchema>;

/**
 * Why, and where in the app's source if that is known, in one line: ` (/srv/api/server.js:12)` follows the message.
 *
 * @param say How the place is said; default: with the whole path, for a log.
 */
export function withPlace(
  message: string,
  location: SourceLocation | undefined,
  say: (place: SourceLocation) => string = ({ file, line }) => `${file}:${line}`,
): string {
  return location === undefined ? message : `${message} (${say(location)})`;
}

/** The failure of a worker that is still alive, or was never started. */
export function failureOf(code: FailureCode, message: string, stderr: readonly string[] = []): Failure {
  return { code, message, exitCode: null, signal: null, stderr: [...stderr] };
}

/** Whether starting the same files again would fail in the same way. */
export function isPermanentFailure(failure: Failure): boolean {
  return (permanentCodes as readonly FailureCode[]).includes(failure.code);
}
