import type { Disposable } from "../../client/disposable.ts";

export interface Emitter<Value> {
  on(listener: (value: Value) => void): Disposable;
  fire(value: Value): void;
}

/** An event for code that must also run without VS Code. */
export function createEmitter<Value>(): Emitter<Value> {
  const listeners = new Set<{ readonly listener: (value: Value) => void }>();
  return {
    on(listener) {
      const entry = { listener };
      listeners.add(entry);
      return { dispose: () => listeners.delete(entry) };
    },
    fire(value) {
      for (const { listener } of [...listeners]) {
        listener(value);
      }
    },
  };
}
