import { HitlessError } from "../../shared/errors.ts";
import type { LayerAnswer, LayerQuestion } from "../../shared/layers/collected.ts";
import type { ToWorkerBody, WorkerToSupervisor } from "../../shared/workerMessages.ts";

/** Questions about the layers of one worker that wait for their answer. */
export interface LayerQuestions {
  /**
   * @throws HitlessError `deadline` when the worker does not answer in time, `invalidState` when it can't be reached or
   * ends meanwhile, `internal` with what its collector said.
   */
  ask<Kind extends LayerAnswer["kind"]>(
    question: LayerQuestion & { readonly kind: Kind },
    deadlineMs: number,
  ): Promise<Extract<LayerAnswer, { readonly kind: Kind }>>;
  /** Tells the worker something that has no answer of its own. */
  tell(question: LayerQuestion): void;
  answered(message: Extract<WorkerToSupervisor, { readonly type: "layers" }>): void;
  workerGone(): void;
}

interface Waiting {
  readonly kind: LayerAnswer["kind"];
  readonly resolve: (answer: LayerAnswer) => void;
  readonly reject: (error: HitlessError) => void;
}

/**
 * @param send Returns false if the worker can't be reached.
 * @param name What errors call the worker, such as `worker 3`.
 */
export function createLayerQuestions(send: (body: ToWorkerBody) => boolean, name: () => string): LayerQuestions {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  const take = (id: number): Waiting | undefined => {
    const found = waiting.get(id);
    waiting.delete(id);
    return found;
  };
  return {
    async ask(question, deadlineMs) {
      last += 1;
      const id = last;
      const answer = await new Promise<LayerAnswer>((resolve, reject) => {
        const timer = setTimeout(() => {
          take(id)?.reject(
            new HitlessError(
              "deadline",
              `${name()} did not answer within ${deadlineMs} ms: its event loop is blocked.`,
              {
                remedy: "retry",
              },
            ),
          );
        }, deadlineMs);
        waiting.set(id, {
          kind: question.kind,
          resolve: (told) => {
            clearTimeout(timer);
            resolve(told);
          },
          reject: (error) => {
            clearTimeout(timer);
            reject(error);
          },
        });
        if (!send({ type: "layers", id, ask: question })) {
          take(id)?.reject(new HitlessError("invalidState", `${name()} can't be reached any more.`));
        }
      });
      return answer as Extract<LayerAnswer, { readonly kind: typeof question.kind }>;
    },
    tell(question) {
      last += 1;
      send({ type: "layers", id: last, ask: question });
    },
    answered(message) {
      const asked = take(message.id);
      if ("error" in message) {
        asked?.reject(new HitlessError("internal", `${name()} could not tell of its layers: ${message.error}`));
      } else if (asked !== undefined && message.answer.kind !== asked.kind) {
        asked.reject(new HitlessError("internal", `${name()} answered ${message.answer.kind} to ${asked.kind}.`));
      } else {
        asked?.resolve(message.answer);
      }
    },
    workerGone() {
      for (const id of [...waiting.keys()]) {
        take(id)?.reject(new HitlessError("invalidState", `${name()} ended before it could answer.`));
      }
    },
  };
}
