import { setFlagsFromString } from "node:v8";
import { givenSwitch } from "./inlining.ts";

/** Before this version of V8 (Node.js 22) its profiler finds only some of them. */
const firstThatTells = 12;

/** With it, the profiler is not told of V8's own code. */
const name = "prof-browser-mode";

/** Whether a profile shows JavaScript's own functions, if it is begun as `withBuiltins` does. */
export function tellsBuiltins(): boolean {
  return Number.parseInt(process.versions.v8, 10) >= firstThatTells;
}

/**
 * Begins a profile in which V8's own code has frames: else the time of `Array.prototype.sort` is that of the function
 * which called it. V8 reads its switch only while a profile begins.
 * @param nodeOptions `NODE_OPTIONS` at the start of the process.
 */
export function withBuiltins(nodeOptions: string, begin: () => void): void {
  if (!tellsBuiltins() || givenSwitch(name, nodeOptions) === `--no-${name}`) {
    begin();
    return;
  }
  setFlagsFromString(`--no-${name}`);
  try {
    begin();
  } finally {
    setFlagsFromString(`--${name}`);
  }
}
