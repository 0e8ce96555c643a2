import type { SamplePart } from "../layers/sample.ts";

/** Whether the time of this part of a CPU sample was certainly work. */
export function isBusyPart({ kind }: Pick<SamplePart, "kind">): boolean {
  return kind !== "idle" && kind !== "idleOrLoop";
}
