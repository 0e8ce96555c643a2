import { HitlessError } from "../../../shared/errors.ts";
import type { CommandResult, RunCommand } from "../../machines/runCommand.ts";

/** A single command takes no longer, in milliseconds. */
const commandDeadlineMs = 15_000;
/** Lines of what a command wrote that an error carries. */
const shownLines = 10;
/** Exit codes by which `sudo`, `env` and shells say that there is no such program. */
const notFound = 127;

export interface CommandOptions {
  readonly stdin?: string;
  readonly signal?: AbortSignal | undefined;
  /** Default: 15,000 ms. */
  readonly deadlineMs?: number;
}

/** Runs commands on the balancer. */
export interface BalancerCommands {
  /** The exit code is for the caller to judge. */
  run(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /**
   * Runs one that must succeed.
   * @throws HitlessError `balancerFailed` with what it wrote.
   */
  must(argv: readonly string[], options?: CommandOptions): Promise<string>;
  /** Whether a program is there: a run that fails for that reason says so in several ways. */
  has(argv: readonly string[], options?: CommandOptions): Promise<boolean>;
}

/** @param prefix Words before each command, such as `sudo -n`. */
export function balancerCommands(run: RunCommand, prefix: readonly string[] = []): BalancerCommands {
  const runOne = (argv: readonly string[], { stdin, signal, deadlineMs = commandDeadlineMs }: CommandOptions = {}) =>
    run([...prefix, ...argv], {
      deadlineMs,
      ...(stdin === undefined ? {} : { stdin }),
      ...(signal === undefined ? {} : { signal }),
    });
  return {
    run: runOne,
    async must(argv, options) {
      const result = await runOne(argv, options);
      if (result.code !== 0) {
        throw balancerFailed(
          `On the balancer, "${argv.join(" ")}" ended with exit code ${result.code}.`,
          `${result.stdout}\n${result.stderr}`,
        );
      }
      return result.stdout;
    },
    async has(argv, options) {
      try {
        return (await runOne(argv, options)).code !== notFound;
      } catch (error) {
        if (error instanceof HitlessError && error.code === "invalidState") {
          return false;
        }
        throw error;
      }
    },
  };
}

/** @param output Of a command; its last lines go with the error. */
export function balancerFailed(message: string, output = "", cause?: unknown): HitlessError {
  const lines = output.split("\n").map((line) => line.trimEnd());
  const detail = lines.filter((line) => line !== "").slice(-shownLines);
  return new HitlessError("balancerFailed", message, { detail, ...(cause === undefined ? {} : { cause }) });
}
