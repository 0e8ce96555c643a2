import { createLineKeeper } from "../../client/logs/lineKeeper.ts";
import type { LogChunk, LogStream } from "../../shared/logs.ts";
import type { CliContext } from "../cliContext.ts";

/** Milliseconds after which a line without an end is shown: to a person, who may have to answer it, or to a program. */
const patienceMs = { terminal: 250, other: 2_000 } as const;

/** Writes what the workers write as it is, but no line of one into that of another. */
export interface RawOutput {
  /** Resolves when more may come. */
  write(chunks: readonly LogChunk[]): Promise<void>;
  /** No more comes. */
  end(): Promise<void>;
}

export function openRawOutput({ stdout, stderr }: Pick<CliContext, "stdout" | "stderr">): RawOutput {
  const outputs = { stdout, stderr };
  const keepers = {
    stdout: createLineKeeper({ patienceMs: patienceOf(stdout.isTerminal) }),
    stderr: createLineKeeper({ patienceMs: patienceOf(stderr.isTerminal) }),
  };
  /** Who wrote the line that is not finished. */
  const open: Record<LogStream, number | undefined> = { stdout: undefined, stderr: undefined };
  let busy = 0;
  let timer: NodeJS.Timeout | undefined;

  const pass = async (chunks: readonly LogChunk[]): Promise<void> => {
    // What goes to one stream in a row is written at once.
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
  /** A line whose end can't come because nobody reads it is not one that nobody goes on with. */
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
