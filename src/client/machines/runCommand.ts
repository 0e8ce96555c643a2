/** How a command that was run has ended. */
export interface CommandResult {
  /** Its exit code; 128 and the number of the signal if one ended it. */
  readonly code: number;
  /** What it wrote, as UTF-8; at most the last 1 MiB of each. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Written to its stdin, which is then closed; default: nothing. */
  readonly stdin?: string;
  /** Aborting it ends the command and rejects with `cancelled`. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which the command is ended and `deadline` thrown. */
  readonly deadlineMs: number;
}

/**
 * Runs a program on one machine, without a shell: the first word is the program, the others are its arguments as they
 * are. An exit code other than 0 is a result, not an error.
 * @throws HitlessError `cancelled`, `deadline`, `connectionLost`, or `invalidState` when the program can't be started.
 */
export type RunCommand = (argv: readonly string[], options: RunOptions) => Promise<CommandResult>;
