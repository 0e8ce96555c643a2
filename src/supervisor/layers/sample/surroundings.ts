import type { ProfileFrame, ProfileNode } from "../../../shared/layers/collected.ts";
import { type Binding, bindingOfFunction, buffer } from "./bindingTable.ts";
import { isGenerated } from "./generated.ts";

/** The callers of a frame. */
export interface Callers {
  /** The nearest JavaScript caller, with the callers above it. */
  readonly caller: ProfileFrame | undefined;
  /** The nearest frame, itself included, of JavaScript that has a file and is not Node's. */
  readonly user: ProfileFrame | undefined;
  /** The binding of the nearest function of Node.js, below the app's and packages' own, that does its work in one. */
  readonly within: Binding | undefined;
  /** The frames of generated JavaScript, itself included, that lie between it and that one. */
  readonly made: readonly ProfileFrame[];
}

/** The native code in a process. */
export interface LoadedNatives {
  /** Whether any addon is loaded. */
  readonly hasAddons: boolean;
  /**
   * The addon that a native function belongs to, named by its package, or by its file if it is in none; `undefined` for
   * none, or if unknown.
   * @param name As the profiler has it. All functions of Node-API have one entry in native code, so that the profiler
   * takes any of them for the one that was made last.
   * @param caller The JavaScript that calls it.
   */
  readonly addonOf: (name: string, caller: ProfileFrame | undefined) => string | undefined;
  /** The names that its caller calls functions of the same addon by; its own where those are unknown. */
  readonly namesOf: (name: string, caller: ProfileFrame | undefined) => ReadonlySet<string>;
  /** Its own name, by the text of its caller; `(native function)` if that does not tell. */
  readonly nameOf: (name: string, caller: ProfileFrame | undefined) => string;
  /** Whether `node:sqlite` is in use. */
  readonly sqlite: boolean;
}

export interface Surroundings extends Callers {
  /** Names of the packages that are loaded, as far as they are known. */
  readonly packages: ReadonlySet<string>;
  readonly natives: LoadedNatives;
  /** What a function compresses with, by the names in its text; `undefined` if unknown. */
  readonly compressorOf: (frame: ProfileFrame) => string | undefined;
  /** Whether the file of a function has a word in it; `undefined` if its text is unknown. */
  readonly mentions?: (frame: ProfileFrame, word: string) => boolean | undefined;
}

/** For each node, the nearest JavaScript around it. Parents come first, so one pass does. */
export function callersOf(frames: readonly ProfileFrame[], nodes: readonly ProfileNode[]): Callers[] {
  const found: (Callers & { readonly script: ProfileFrame | undefined; readonly main: Binding | undefined })[] = [];
  for (const node of nodes) {
    const frame = frames[node.frame];
    const above = node.parent < 0 ? undefined : found[node.parent];
    const isMade = frame !== undefined && isGenerated(frame);
    const isJavaScript = frame !== undefined && (isMade || frame.url !== "") && !isWasm(frame);
    const isUser = isJavaScript && !isMade && !frame.url.startsWith("node:");
    const binding = frame === undefined ? undefined : bindingOfFunction(frame);
    // Those of Buffers work for others.
    const isMain = binding !== undefined && binding.name !== buffer.name;
    found.push({
      within: above?.main,
      main: isUser || isMade ? undefined : isMain ? binding : above?.main,
      caller: above?.script,
      script: isJavaScript ? frame : above?.script,
      user: isUser ? frame : above?.user,
      made: isUser ? [] : isMade ? [...(above?.made ?? []), frame] : (above?.made ?? []),
    });
  }
  return found;
}

/** Whether it is WebAssembly, or V8's glue between it and JavaScript, which may have no address. */
export function isWasm({ name, url }: ProfileFrame): boolean {
  return url.startsWith("wasm:") || (url === "" && /^(js-to-wasm|wasm-to-js|wasm-function\[)/.test(name));
}
