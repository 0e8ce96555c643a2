import type { Disposable } from "./disposable.ts";

export interface Emitter<Value> {
  on(listener: (value: Value) => void): Disposable;
  fire(value: Value): void;
}

/** An event for code that runs anywhere. Who leaves while it is fired is not called any more; who comes is called from the next time on. */
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
