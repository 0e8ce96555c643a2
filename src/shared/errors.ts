/** What the user can do about an error: a button in the extension, a hint on the command line. */
export type ErrorRemedy = "showLog" | "retry" | "openSettings" | "pickNode" | "start" | "none";

/**
 * Codes of everything that can go wrong across a process boundary. They are part of the protocol of the control
 * channel: never rename one, add another.
 */
export const errorCodes = [
  "appAlreadyRunning",
  "appNotFound",
  "badConfig",
  "badMessage",
  "badSecret",
  "balancerFailed",
  "cancelled",
  "connectionLost",
  "deadline",
  "entryNotFound",
  "hitlessMissing",
  "hostKeyChanged",
  "hostKeyUnknown",
  "internal",
  "invalidState",
  "keyRefused",
  "machineLocked",
  "machineUnreachable",
  "nodeTooOld",
  "nodeUnusable",
  "notInitialized",
  "protocolMismatch",
  "runtimeFolder",
  "supervisorFailed",
  "typescriptUnsupported",
  "usage",
  "workerNotFound",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface HitlessErrorOptions {
  /** What the user can do; default `"none"`. */
  readonly remedy?: ErrorRemedy;
  /** Extra lines that explain the failure, such as the last lines a process wrote to stderr. */
  readonly detail?: readonly string[];
  /** A Node.js that could run the app instead. */
  readonly node?: UsableNode | undefined;
  readonly cause?: unknown;
}

export interface UsableNode {
  /** Absolute. */
  readonly path: string;
  /** `process.version` of it. */
  readonly version: string;
}

/** An error meant for the user: `message` says what happened and, where known, how to fix it. */
export class HitlessError extends Error {
  override readonly name = "HitlessError";
  readonly code: ErrorCode;
  readonly remedy: ErrorRemedy;
  readonly detail: readonly string[];
  readonly node: UsableNode | undefined;

  constructor(code: ErrorCode, message: string, options: HitlessErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy ?? "none";
    this.detail = options.detail ?? [];
    this.node = options.node;
  }
}

/** The plain-data form of a `HitlessError`, as it travels in the `data` of a JSON-RPC error. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly remedy: ErrorRemedy;
  readonly detail: readonly string[];
}

/** Turns whatever was thrown into a `HitlessError`; any other error becomes `internal`. */
export function toHitlessError(thrown: unknown): HitlessError {
  if (isHitlessError(thrown)) {
    return thrown;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new HitlessError("internal", message, { cause: thrown });
}

/** Each bundle has a class of its own, and errors come from one to another. */
function isHitlessError(thrown: unknown): thrown is HitlessError {
  return (
    thrown instanceof HitlessError ||
    (thrown instanceof Error &&
      thrown.name === "HitlessError" &&
      errorCodes.some((code) => code === Reflect.get(thrown, "code")))
  );
}
