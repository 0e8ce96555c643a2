import type { FormName, Mechanism } from "../../entry.ts";
import type { Dependency } from "../../layer.ts";
import type { Operation } from "../operations.ts";

/** How a form differs from its entry, but for its system calls, which its row has in whole. */
export interface Difference {
  /** If not the entry's. */
  readonly mechanism?: Mechanism;
  readonly binding?: string | null;
  readonly dependency?: Dependency;
  readonly since?: number;
  readonly before?: number;
}

/** A form, and the functions that have it, parted by spaces, `#` for `.prototype.`. */
export type FormRow = readonly [form: FormName, difference: Difference, functions: string, ...operations: Operation[]];

/** The binding is not called. */
export const inJavaScript: Difference = { binding: null };
/** The same, and it is done before the event loop continues. */
export const soon: Difference = { binding: null, mechanism: "microtask" };
/** The same, and it is done when it returns. */
export const atOnce: Difference = { binding: null, mechanism: "synchronous" };

/** The same function of each module that has it: with a callback, with `Sync`, and of `fs/promises`. */
export function everyWay(...names: readonly string[]): string {
  return names.flatMap((name) => [`fs.${name}`, `fs.${name}Sync`, `fs.promises.${name}`]).join(" ");
}

/** Names, parted by spaces, with what stands before each of them. */
export function each(before: string, names: string): string {
  return names.replaceAll(/\S+/g, `${before}$&`);
}
