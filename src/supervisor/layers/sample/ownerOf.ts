import { ownCodeUrl, type ProfileFrame } from "../../../shared/layers/collected.ts";
import { packageOf } from "../../../shared/layers/packageOf.ts";
import { bindingOfFunction, bindingsByWasm, buffer, isOfBuffers, taskQueue } from "./bindingTable.ts";
import { fileOf } from "./fileOf.ts";
import { isGenerated, makerOf } from "./generated.ts";
import { ownerOfNative, variantOf } from "./nativeOwner.ts";
import { bindingOwner, codeOwner, nativeOwner, nodeOwner, type Owner, packageOwner, v8Owner } from "./owner.ts";
import { isWasm, type Surroundings } from "./surroundings.ts";

/** The owner of a frame's own time. `undefined` for Hitless's own, which is no part of the app. */
export function ownerOf(frame: ProfileFrame, surroundings: Surroundings): Owner | undefined {
  if (surroundings.user?.url === ownCodeUrl) {
    return undefined;
  }
  if (frame.builtin === true) {
    const isJob = surroundings.caller === undefined && /Microtask|Promise|^Async/.test(frame.name);
    return isJob ? bindingOwner(taskQueue) : (ownerOfMeans(frame, surroundings) ?? v8Owner);
  }
  if (isWasm(frame)) {
    return ownerOfWasm(surroundings);
  }
  if (isGenerated(frame)) {
    return ownerOfGenerated(surroundings);
  }
  return frame.url === ""
    ? forOthers(ownerOfNative(frame.name, surroundings), surroundings)
    : ownerOfScript(frame, surroundings);
}

/**
 * What a native function does by V8's own, such as filling a Map that it clones, and the memory that it is given or that
 * Buffers are made, joined and copied with, are its work: `undefined` for others.
 */
function ownerOfMeans({ name }: ProfileFrame, surroundings: Surroundings): Owner | undefined {
  const { caller, within } = surroundings;
  const found = caller === undefined ? undefined : bindingOfFunction(caller);
  if (found?.dependency === "v8") {
    return bindingOwner(found);
  }
  const isOfMemory = /^(?:TypedArray|ArrayBuffer|Uint8Array)/.test(name);
  const isByBuffers = caller !== undefined && isOfBuffers(caller);
  if (within !== undefined) {
    return isByBuffers || (isOfMemory && caller !== undefined)
      ? bindingOwner(variantOf(within, surroundings))
      : undefined;
  }
  return isByBuffers && isOfMemory ? bindingOwner(buffer) : undefined;
}

/** Buffers that are made and filled for a function of Node.js, such as the result of `inflateSync`, are its work. */
function forOthers(owner: Owner, surroundings: Surroundings): Owner {
  const { within } = surroundings;
  return owner.id === bindingOwner(buffer).id && within !== undefined
    ? bindingOwner(variantOf(within, surroundings))
    : owner;
}

function ownerOfScript(frame: ProfileFrame, surroundings: Surroundings): Owner {
  const { url } = frame;
  if (url.startsWith("node:")) {
    const { within } = surroundings;
    if (url === "node:internal/errors" && /prepareStackTrace/i.test(frame.name)) {
      // It joins what V8 says of each call.
      return v8Owner;
    }
    const found = isOfBuffers(frame) && within !== undefined ? within : bindingOfFunction(frame);
    return found === undefined ? nodeOwner : bindingOwner(variantOf(found, surroundings));
  }
  const owner = packageOf(fileOf(url));
  return owner === undefined ? codeOwner : packageOwner(owner.name);
}

/** JavaScript that was made at run time belongs to its maker, who mostly is its nearest caller too; else to the app. */
function ownerOfGenerated(surroundings: Surroundings): Owner {
  const { made, packages } = surroundings;
  // A function within a generated one has the same maker.
  const [maker] = made.flatMap((frame) => makerOf(frame, packages) ?? []);
  if (maker !== undefined) {
    return packageOwner(maker);
  }
  return surroundings.user === undefined ? codeOwner : ownerOfScript(surroundings.user, surroundings);
}

/** The profiler does not tell the origin of WebAssembly, so its time belongs to the JavaScript that calls it. */
function ownerOfWasm(surroundings: Surroundings): Owner {
  const { caller, user } = surroundings;
  const found = bindingsByWasm.find(([files]) => files.test(caller?.url ?? ""));
  if (found !== undefined) {
    return bindingOwner(found[1]);
  }
  return user === undefined ? nativeOwner : ownerOfScript(user, surroundings);
}
