import type { ClientIdentity } from "../client/connection/supervisorClient.ts";
import type { Disposable } from "../shared/basics/disposable.ts";
import type { Output } from "./terminal/output.ts";

/** The environment of a command. */
export interface CliContext {
  readonly stdout: Output;
  readonly stderr: Output;
  /**
   * Absolute, as the user came there, links included.
   * @throws HitlessError `invalidState` when it no longer exists.
   */
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly identity: ClientIdentity;
  /** What is to be closed when the command is done, such as connections to machines. */
  readonly atEnd: Disposable[];
  /** Absolute path of the bundled supervisor. */
  readonly supervisorFile: string;
}

/** The exit codes of a command. */
export const exitCodes = { done: 0, failed: 1, usage: 2, noSuchApp: 3 } as const;

/** A shell's convention for what a signal ended: 128 and its number. */
export function exitCodeOfSignal(signal: StopSignal): number {
  return 128 + { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }[signal];
}

export type StopSignal = "SIGHUP" | "SIGINT" | "SIGTERM";
