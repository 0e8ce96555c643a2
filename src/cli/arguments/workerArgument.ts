import type { ParsedCommand } from "./commandSpec.ts";
import { usageError } from "./parseCommand.ts";

/** A worker as `--worker` names it: whichever is in a slot, or the one of a generation there. */
export interface WantedWorker {
  readonly slot: number;
  readonly generation?: number;
  /** As it was written. */
  readonly written: string;
}

/** `--worker` of a command; `undefined` if it was not given. @throws HitlessError `usage` */
export function wantedWorker(command: string, parsed: ParsedCommand): WantedWorker | undefined {
  const written = parsed.value("worker");
  if (written === undefined) {
    return undefined;
  }
  const [, slot, generation] = /^(\d{1,9})(?:[.·](\d{1,9}))?$/.exec(written.trim()) ?? [];
  if (slot === undefined || Number(slot) === 0) {
    throw usageError(
      command,
      `--worker must be a slot such as 1, or a slot and its generation such as 1.4, not "${written}"`,
    );
  }
  return { slot: Number(slot), written, ...(generation !== undefined && { generation: Number(generation) }) };
}

/** The same of a command that is about one worker. @throws HitlessError `usage` when it is missing or wrong. */
export function neededWorker(command: string, parsed: ParsedCommand): WantedWorker {
  const wanted = wantedWorker(command, parsed);
  if (wanted === undefined) {
    throw usageError(command, "--worker is missing; write --worker=SLOT, or --worker=SLOT.GENERATION");
  }
  return wanted;
}
