import { slowAtFirst } from "../../shared/facts/slowAtFirst.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";

type Asked = Pick<WorkerHandle, "id" | "send">;

/** Compares the first answers of the workers that a renewal has brought with those of the workers before. */
export class FirstAnswers {
  readonly #workers: () => Iterable<Asked>;
  readonly #slow: (text: string) => void;
  #old = new Set<number>();
  #asked = new Set<number>();
  #oldMs: number[] = [];
  #freshMs: number[] = [];
  #isOver = true;

  /** @param slow Told once a renewal, perhaps after it: one sentence. */
  constructor(workers: () => Iterable<Asked>, slow: (text: string) => void) {
    this.#workers = workers;
    this.#slow = slow;
  }

  /** A renewal begins: all workers that there are are old ones. */
  begin(): void {
    const old = [...this.#workers()];
    this.#old = new Set(old.map(({ id }) => id));
    this.#asked = new Set();
    this.#oldMs = [];
    this.#freshMs = [];
    this.#isOver = false;
    for (const worker of old) {
      worker.send({ type: "timeAnswers" });
    }
  }

  /** A worker is given clients. */
  admitted(worker: Asked): void {
    if (!this.#isOver && !this.#old.has(worker.id) && !this.#asked.has(worker.id)) {
      this.#asked.add(worker.id);
      worker.send({ type: "timeAnswers" });
    }
  }

  answered({ id }: Pick<Asked, "id">, ms: readonly number[]): void {
    if (this.#old.has(id)) {
      this.#oldMs.push(...ms);
    } else if (this.#asked.has(id)) {
      this.#freshMs.push(...ms);
    }
    const slow = this.#isOver ? undefined : slowAtFirst(this.#oldMs, this.#freshMs);
    if (slow !== undefined) {
      this.#isOver = true;
      const [oldMs, freshMs] = [slow.oldMs, slow.freshMs].map((value) => String(Math.round(value)));
      this.#slow(
        `The first answers of the new workers took ${freshMs} ms, those of the old ones ${oldMs} ms (medians): let new workers be asked for such paths before they are ready (warmup), or wait until one answers (readyUrl).`,
      );
    }
  }
}
