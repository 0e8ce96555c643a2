import { fileURLToPath } from "node:url";
import { ownCodeUrl, type ProfileFrame } from "../../shared/layers/collected.ts";
import { packageOf } from "../../shared/layers/packageOf.ts";
import type { SamplePart } from "../../shared/layers/sample.ts";
import { type Binding, bindingsByFile, bindingsByFunction, bindingsByNative, nativeOfBuffer } from "./bindingTable.ts";

/** A part of a sample without its figures. */
export type Owner = Pick<SamplePart, "id" | "kind" | "layer" | "name" | "dependency">;

export const v8Owner: Owner = { id: "v8", kind: "v8", layer: "dependencies", name: "v8", dependency: "v8" };
const codeOwner: Owner = { id: "code", kind: "code", layer: "code" };
const nodeOwner: Owner = { id: "node", kind: "node", layer: "api" };
const gcOwner: Owner = { id: "gc", kind: "gc", layer: "dependencies", dependency: "v8" };
const idleOwner: Owner = { id: "idle", kind: "idle" };
const nativeOwner: Owner = { id: "native", kind: "native", layer: "bindings" };

export interface Surroundings {
  /** The nearest caller that is JavaScript, with what is above it. */
  readonly caller: ProfileFrame | undefined;
  /** The nearest frame, itself included, that is JavaScript and not Node's. */
  readonly user: ProfileFrame | undefined;
  /** Names of packages that have an addon loaded. */
  readonly addonPackages: ReadonlySet<string>;
}

/**
 * Whose the own time of a frame is. `undefined` for what Hitless itself does, which is no part of the app.
 */
export function ownerOf(frame: ProfileFrame, surroundings: Surroundings): Owner | undefined {
  if (surroundings.user?.url === ownCodeUrl) {
    return undefined;
  }
  return frame.url === "" ? ownerOfNative(frame.name, surroundings) : ownerOfScript(frame);
}

function ownerOfScript({ url, name }: ProfileFrame): Owner {
  if (url.startsWith("node:")) {
    const file = url.slice("node:".length);
    const found = bindingsByFunction.find(([files, names]) => files.test(file) && names.test(name));
    return found === undefined ? nodeOwner : bindingOwner(found[2]);
  }
  if (url.startsWith("wasm:")) {
    return { ...codeOwner };
  }
  const owner = packageOf(fileOf(url));
  return owner === undefined
    ? codeOwner
    : { id: `package:${owner.name}`, kind: "package", layer: "code", name: owner.name };
}

function ownerOfNative(name: string, { caller, addonPackages }: Surroundings): Owner {
  switch (name) {
    case "(garbage collector)":
      return gcOwner;
    case "(idle)":
      return idleOwner;
    case "(program)":
    case "(root)":
      return nativeOwner;
    default:
  }
  if (name.startsWith("RegExp: ")) {
    return v8Owner;
  }
  const known = nativeOfBuffer.test(name) ? { name: "buffer", dependency: "node" as const } : byName(name);
  if (known !== undefined) {
    return bindingOwner(known);
  }
  if (caller?.url.startsWith("node:")) {
    const file = caller.url.slice("node:".length);
    const found = bindingsByFile.find(([files]) => files.test(file));
    return found === undefined ? nativeOwner : bindingOwner(found[1]);
  }
  const addon = caller === undefined ? undefined : packageOf(fileOf(caller.url))?.name;
  if (addon !== undefined && addonPackages.has(addon)) {
    return { id: `binding:${addon}`, kind: "binding", layer: "bindings", name: addon };
  }
  return caller === undefined || !builtinNames.has(name) ? nativeOwner : v8Owner;
}

function byName(name: string): Binding | undefined {
  return Object.hasOwn(bindingsByNative, name) ? bindingsByNative[name] : undefined;
}

function bindingOwner({ name, dependency }: Binding): Owner {
  return { id: `binding:${name}`, kind: "binding", layer: "bindings", name, dependency };
}

/** Absolute path of a script, or its URL where it has none. */
export function fileOf(url: string): string {
  try {
    return url.startsWith("file:") ? fileURLToPath(url) : url;
  } catch {
    return url;
  }
}

/** Names of the functions that JavaScript itself has, such as `parse` and `replace`. */
const builtinNames: ReadonlySet<string> = new Set(
  Object.getOwnPropertyNames(globalThis).flatMap((name) => {
    const described = Object.getOwnPropertyDescriptor(globalThis, name);
    const value: unknown = described?.value;
    return value === null || (typeof value !== "object" && typeof value !== "function") || !/^[A-Z]/.test(name)
      ? [name]
      : [name, ...functionNames(value), ...functionNames(Reflect.get(value, "prototype"))];
  }),
);

function functionNames(value: unknown): string[] {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) {
    return [];
  }
  return Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([name, described]) =>
    typeof described.value === "function" ? [name] : [],
  );
}
