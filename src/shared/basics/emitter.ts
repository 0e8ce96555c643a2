import type { Disposable } from "./disposable.ts";

export interface Emitter<Value> {
  on(listener: (value: Value) => void): Disposable;
  fire(value: Value): void;
}

/** An event for code that runs anywhere. While it fires, removal works at once and addition from the next time. */
export function createEmitter<Value>(): Emitter<Value> {
  const listeners = new Set<{ readonly listener: (value: Value) => void }>();
  return {
    on(listener) {
      const entry = { listener };
      listeners.add(entry);
      return { dispose: () => listeners.delete(entry) };
    },
    fire(value) {
      for (const entry of [...listeners]) {
        if (listeners.has(entry)) {
          entry.listener(value);
        }
      }
    },
  };
}
