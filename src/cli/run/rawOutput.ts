import { createLineKeeper } from "../../client/logs/lineKeeper.ts";
import type { LogChunk, LogStream } from "../../shared/logs.ts";
import type { CliContext } from "../cliContext.ts";

/** Milliseconds after which an unfinished line is shown: to a user, who may have to answer it, or to a program. */
const patienceMs = { terminal: 250, other: 2_000 } as const;

/** Writes the workers' output unchanged, but never one worker's line within another's. */
export interface RawOutput {
  /** Resolves when more may be written. */
  write(chunks: readonly LogChunk[]): Promise<void>;
  /** Ends the output. */
  end(): Promise<void>;
}

export function openRawOutput({ stdout, stderr }: Pick<CliContext, "stdout" | "stderr">): RawOutput {
  const outputs = { stdout, stderr };
  const keepers = {
    stdout: createLineKeeper({ patienceMs: patienceOf(stdout.isTerminal) }),
    stderr: createLineKeeper({ patienceMs: patienceOf(stderr.isTerminal) }),
  };
  /** The worker that wrote the unfinished line. */
  const open: Record<LogStream, number | undefined> = { stdout: undefined, stderr: undefined };
  let busy = 0;
  let timer: NodeJS.Timeout | undefined;

  const pass = async (chunks: readonly LogChunk[]): Promise<void> => {
    // Consecutive chunks of one stream are written at once.
    for (let index = 0; index < chunks.length; ) {
      const stream = chunks[index]?.stream ?? "stdout";
      const parts: string[] = [];
      for (let chunk = chunks[index]; chunk?.stream === stream; chunk = chunks[index]) {
        const isOpen = open[stream] !== undefined && open[stream] !== chunk.worker;
        parts.push(isOpen ? `\n${chunk.text}` : chunk.text);
        open[stream] = chunk.text.endsWith("\n") ? undefined : chunk.worker;
        index += 1;
      }
      await outputs[stream].write(parts.join(""), { raw: true });
    }
  };
  const both = [keepers.stdout, keepers.stderr];
  const lookLater = (): void => {
    clearTimeout(timer);
    if (busy === 0 && both.some(({ keeps }) => keeps)) {
      timer = setTimeout(
        () => {
          void during(() => pass(both.flatMap((keeper) => keeper.overdue())));
        },
        Math.min(patienceOf(stdout.isTerminal), patienceOf(stderr.isTerminal)) / 2,
      );
    }
  };
  /** A line that can't be finished because the reader has stalled is not abandoned. */
  const during = async (work: () => Promise<void>): Promise<void> => {
    busy += 1;
    clearTimeout(timer);
    try {
      await work();
    } finally {
      busy -= 1;
      lookLater();
    }
  };
  return {
    write: (chunks) => during(() => pass(chunks.flatMap((chunk) => keepers[chunk.stream].add(chunk)))),
    end: () => during(() => pass(both.flatMap((keeper) => keeper.rest()))),
  };
}

function patienceOf(isTerminal: boolean): number {
  return isTerminal ? patienceMs.terminal : patienceMs.other;
}
