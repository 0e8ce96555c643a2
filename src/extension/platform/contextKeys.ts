import { commands } from "vscode";
import type { ContextKey } from "../ids.ts";

export type SetContext = (key: ContextKey, value: boolean) => void;

/** Sets a context key only when it changes: each call makes VS Code evaluate every `when` clause again. */
export function createContextSetter(): SetContext {
  const values = new Map<ContextKey, boolean>();
  return (key, value) => {
    if (values.get(key) !== value) {
      values.set(key, value);
      void commands.executeCommand("setContext", key, value);
    }
  };
}
