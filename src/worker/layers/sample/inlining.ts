import { setFlagsFromString } from "node:v8";
import { flagsOf } from "../nodeOptions.ts";

/** Switches of V8 that let functions become a part of those that call them. */
const switches = ["turbo-inlining", "maglev-inlining"] as const;

/**
 * Has V8 compile every function by itself, until the result is called. In optimized code the profiler of V8 before 14
 * (Node.js 26) can't tell the functions that were inlined from the one that calls them; later ones can, but what V8 does
 * for an inlined function, such as loading a property, is given to the caller of all. Code that is optimized already
 * stays as it is.
 * Without inlining hot code runs slower: small functions called in a loop take up to twice as long.
 * @param nodeOptions `NODE_OPTIONS` at the start of the process.
 */
export function withoutInlining(nodeOptions: string): () => void {
  // One that the app itself was started without stays off.
  const used = switches.filter((name) => givenSwitch(name, nodeOptions) !== `--no-${name}`);
  for (const name of used) {
    setFlagsFromString(`--no-${name}`);
  }
  return () => {
    for (const name of used) {
      setFlagsFromString(`--${name}`);
    }
  };
}

/** As the app was started with it; `undefined` if it was not. */
export function givenSwitch(name: string, nodeOptions: string): string | undefined {
  const given = [...flagsOf(nodeOptions), ...process.execArgv].map((flag) => flag.replaceAll("_", "-"));
  return given.findLast((flag) => isSwitch(flag, name));
}

function isSwitch(flag: string, name: string): boolean {
  return flag === `--${name}` || flag === `--no-${name}`;
}
