import { HitlessError } from "../../shared/errors.ts";
import type { LayerAnswer, LayerQuestion } from "../../shared/layers/collected.ts";
import type { ToWorkerBody, WorkerToSupervisor } from "../../shared/workerMessages.ts";

/** Milliseconds that a worker which could go is kept for what it has sampled. */
const lastDeadlineMs = 10_000;

interface Waiting {
  readonly kind: LayerAnswer["kind"];
  readonly resolve: (answer: LayerAnswer) => void;
  readonly reject: (error: HitlessError) => void;
}

/** Pending requests about the layers of one worker. */
export class LayerQuestions {
  readonly #name: string;
  readonly #send: (body: ToWorkerBody) => boolean;
  readonly #waiting = new Map<number, Waiting>();
  /** To be called when no sample is being taken any more. */
  readonly #afterSample: (() => void)[] = [];
  #last = 0;

  /**
   * @param name The worker's name in errors, such as `worker 3`.
   * @param send Returns false if the worker can't be reached.
   */
  constructor(name: string, send: (body: ToWorkerBody) => boolean) {
    this.#name = name;
    this.#send = send;
  }

  /**
   * @throws HitlessError `deadline` when the worker does not answer in time, `invalidState` when it can't be reached or
   * ends meanwhile, `internal` with what its collector said.
   */
  async ask<Kind extends LayerAnswer["kind"]>(
    question: LayerQuestion & { readonly kind: Kind },
    deadlineMs: number,
  ): Promise<Extract<LayerAnswer, { readonly kind: Kind }>> {
    this.#last += 1;
    const id = this.#last;
    const late = `${this.#name} did not answer within ${deadlineMs} ms: its event loop is blocked.`;
    const timer = setTimeout(
      () => this.#take(id)?.reject(new HitlessError("deadline", late, { remedy: "retry" })),
      deadlineMs,
    );
    try {
      const answer = await new Promise<LayerAnswer>((resolve, reject) => {
        this.#waiting.set(id, { kind: question.kind, resolve, reject });
        if (!this.#send({ type: "layers", id, ask: question })) {
          this.#take(id)?.reject(new HitlessError("invalidState", `${this.#name} can't be reached any more.`));
        }
      });
      return answer as Extract<LayerAnswer, { readonly kind: Kind }>;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends the worker a message without answer. */
  tell(question: LayerQuestion): void {
    this.#last += 1;
    this.#send({ type: "layers", id: this.#last, ask: question });
  }

  answered(message: Extract<WorkerToSupervisor, { readonly type: "layers" }>): void {
    const asked = this.#take(message.id);
    if ("error" in message) {
      asked?.reject(this.#problem(message.error));
    } else if (asked !== undefined && message.answer.kind !== asked.kind) {
      asked.reject(new HitlessError("internal", `${this.#name} answered ${message.answer.kind} to ${asked.kind}.`));
    } else {
      asked?.resolve(message.answer);
    }
  }

  /** A sample ends while there is somebody to tell what it has seen. */
  workerLeaves(): void {
    if (this.#isSampled) {
      this.tell({ kind: "endSample" });
    }
  }

  /** Calls back at once, or when the sample has been answered, which may take a while. */
  whenSampled(done: () => void): void {
    if (!this.#isSampled) {
      done();
      return;
    }
    const answered = new Promise<void>((resolve) => {
      this.#afterSample.push(resolve);
      setTimeout(resolve, lastDeadlineMs).unref();
    });
    void answered.then(done);
  }

  workerGone(): void {
    for (const id of [...this.#waiting.keys()]) {
      this.#take(id)?.reject(new HitlessError("invalidState", `${this.#name} ended before it could answer.`));
    }
  }

  #take(id: number): Waiting | undefined {
    const found = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (!this.#isSampled) {
      for (const end of this.#afterSample.splice(0)) {
        end();
      }
    }
    return found;
  }

  get #isSampled(): boolean {
    return [...this.#waiting.values()].some(({ kind }) => kind === "sample");
  }

  /** Node.js says of an inspector under the permission model no more than that it is restricted. */
  #problem(error: string): HitlessError {
    return error.startsWith("Access to this API has been restricted")
      ? new HitlessError(
          "invalidState",
          `${this.#name} runs under the permission model, where its layers can be read with --allow-inspector only. Add it beside --permission; Node.js 20 and 22 do not have it.`,
        )
      : new HitlessError("internal", `${this.#name} could not report its layers: ${error}`);
  }
}
