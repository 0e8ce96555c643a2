import { english } from "../translate.ts";

/** What a worker is called by: its seat in the app, and which code it runs. Ids grow with every renewal and say nothing to a person. */
export interface NamedWorker {
  readonly slot: number;
  readonly generation: number;
}

type Localize = (text: string, ...args: (string | number)[]) => string;

const inEnglish: Localize = (text, ...args) => english(text, ...args.map(String));

/** `worker 1 · gen 4`: within a text. All names of workers that people see come from this file. */
export function workerName({ slot, generation }: NamedWorker, t: Localize = inEnglish): string {
  return t("worker {0} · gen {1}", slot, generation);
}

/** `1 · gen 4`: where it is clear that it is a worker. */
export function workerLabel({ slot, generation }: NamedWorker, t: Localize = inEnglish): string {
  return t("{0} · gen {1}", slot, generation);
}

/** `1·4`: before each line of a log. The command line takes it too, also as `1.4`, and `1` for whichever is in that slot. */
export function workerTag({ slot, generation }: NamedWorker): string {
  return `${slot}·${generation}`;
}
