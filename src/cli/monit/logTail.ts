import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { createLineAssembler } from "../../client/logs/lineAssembler.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { LogLine } from "../../shared/cliOutput.ts";
import { pumpLogs } from "../run/logPump.ts";

/** Lines that are kept to be scrolled through. */
const linesKept = 2_000;

/** Lines of earlier output at the beginning. */
const linesBefore = 500;

/** The last lines of one app's output, which goes on to be read until it is disposed. */
export class LogTail implements Disposable {
  readonly client: SupervisorClient;
  readonly #changed: () => void;
  readonly #ending = new AbortController();
  #lines: LogLine[] = [];
  #skipped = 0;

  constructor(client: SupervisorClient, changed: () => void) {
    this.client = client;
    this.#changed = changed;
    void this.#follow();
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** Bytes that came too fast to be read. */
  get skippedBytes(): number {
    return this.#skipped;
  }

  dispose(): void {
    this.#ending.abort();
  }

  async #follow(): Promise<void> {
    const assembler = createLineAssembler();
    const take = (added: readonly LogLine[]) => {
      if (!this.#ending.signal.aborted && added.length > 0) {
        this.#lines = [...this.#lines, ...added].slice(-linesKept);
        this.#changed();
      }
    };
    try {
      const first = await this.client.request("logs/read", { lines: linesBefore });
      take(first.chunks.flatMap((chunk) => assembler.add(chunk)));
      await pumpLogs(this.client, {
        cursor: first.cursor,
        receive: async (chunks) => take(chunks.flatMap((chunk) => assembler.add(chunk))),
        onDidSkip: (bytes) => {
          this.#skipped += bytes;
        },
        ending: this.#ending.signal,
      });
    } catch {
      // The connection has ended: its app is about to leave the screen.
    }
  }
}
