import type { Dependency } from "../../../shared/layers/layer.ts";
import type { SamplePart } from "../../../shared/layers/sample.ts";
import type { Binding } from "./bindingTable.ts";

/** A part of a sample without its figures. */
export type Owner = Pick<SamplePart, "id" | "kind" | "layer" | "name" | "dependency">;

export const v8Owner: Owner = { id: "v8", kind: "v8", layer: "dependencies", name: "v8", dependency: "v8" };
export const codeOwner: Owner = { id: "code", kind: "code", layer: "code" };
export const nodeOwner: Owner = { id: "node", kind: "node", layer: "api" };
export const gcOwner: Owner = { id: "gc", kind: "gc", layer: "dependencies", dependency: "v8" };
export const idleOwner: Owner = { id: "idle", kind: "idle" };
export const idleOrLoopOwner: Owner = { id: "idleOrLoop", kind: "idleOrLoop" };
/** @param name Of the package; absent for the app's own code. */
export function unsureOwner(name: string | undefined): Owner {
  return name === undefined
    ? { id: "unsure", kind: "unsure", layer: "code" }
    : { id: `unsure:${name}`, kind: "unsure", layer: "code", name };
}

export const nativeOwner: Owner = { id: "native", kind: "native", layer: "bindings" };

export function bindingOwner({ name, dependency, isOther = false }: Binding): Owner {
  const id = `binding:${name}${isOther ? `/${dependency}` : ""}`;
  return { id, kind: "binding", layer: "bindings", name, dependency };
}

export function packageOwner(name: string): Owner {
  return { id: `package:${name}`, kind: "package", layer: "code", name };
}

/** @param name Of its package, or of its file if it is in none. */
export function addonOwner(name: string): Owner {
  return { id: `binding:${name}`, kind: "binding", layer: "bindings", name };
}

/** @param dependency Whose work it is, if that is known. */
export function loopOwner(dependency: Dependency | undefined): Owner {
  const of = dependency === undefined ? {} : { dependency };
  return { id: dependency === undefined ? "loop" : `loop/${dependency}`, kind: "loop", layer: "dependencies", ...of };
}
