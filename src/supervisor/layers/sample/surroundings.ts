import type { ProfileFrame, ProfileNode } from "../../../shared/layers/collected.ts";

/** The callers of a frame. */
export interface Callers {
  /** The nearest JavaScript caller, with the callers above it. */
  readonly caller: ProfileFrame | undefined;
  /** The nearest frame, itself included, of JavaScript that is not Node's. */
  readonly user: ProfileFrame | undefined;
}

/** The native code in a process. */
export interface LoadedNatives {
  /** For each addon the name of its package, or of its file if it is in none. */
  readonly addons: readonly string[];
  /** Whether `node:sqlite` is in use. */
  readonly sqlite: boolean;
}

export interface Surroundings extends Callers {
  readonly natives: LoadedNatives;
  /** What a function compresses with, by the names in its text; `undefined` if unknown. */
  readonly compressorOf: (frame: ProfileFrame) => string | undefined;
}

/** For each node, the nearest JavaScript around it. Parents come first, so one pass does. */
export function callersOf(frames: readonly ProfileFrame[], nodes: readonly ProfileNode[]): Callers[] {
  const found: (Callers & { readonly script: ProfileFrame | undefined })[] = [];
  for (const node of nodes) {
    const frame = frames[node.frame];
    const above = node.parent < 0 ? undefined : found[node.parent];
    const isJavaScript = frame !== undefined && frame.url !== "" && !isWasm(frame);
    const isUser = isJavaScript && !frame.url.startsWith("node:");
    found.push({
      caller: above?.script,
      script: isJavaScript ? frame : above?.script,
      user: isUser ? frame : above?.user,
    });
  }
  return found;
}

/** Whether it is WebAssembly, or V8's glue between it and JavaScript, which may have no address. */
export function isWasm({ name, url }: ProfileFrame): boolean {
  return url.startsWith("wasm:") || (url === "" && /^(js-to-wasm|wasm-to-js|wasm-function\[)/.test(name));
}
