import { usageError } from "./parseCommand.ts";

/** A worker as `--worker` names it: whichever is in a slot, or the one of a generation there. */
export interface WantedWorker {
  readonly slot: number;
  readonly generation?: number;
  /** As it was written. */
  readonly written: string;
}

/** `--worker` of a command. @throws HitlessError `usage` */
export function wantedWorker(command: string, written: string): WantedWorker {
  const [, slot, generation] = /^(\d{1,9})(?:[.·](\d{1,9}))?$/.exec(written.trim()) ?? [];
  if (slot === undefined || Number(slot) === 0) {
    throw usageError(
      command,
      `--worker must be a slot such as 1, or a slot and its generation such as 1.4, not "${written}"`,
    );
  }
  return { slot: Number(slot), written, ...(generation !== undefined && { generation: Number(generation) }) };
}
