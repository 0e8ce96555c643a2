import { ownCodeUrl, type ProfileFrame } from "../../../shared/layers/collected.ts";
import { packageOf } from "../../../shared/layers/packageOf.ts";
import { type Binding, bindingsByFunction, bindingsByWasm, taskQueue } from "./bindingTable.ts";
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
    return isJob ? bindingOwner(taskQueue) : (ownerOfMeans(surroundings) ?? v8Owner);
  }
  if (isWasm(frame)) {
    return ownerOfWasm(surroundings);
  }
  if (isGenerated(frame)) {
    return ownerOfGenerated(surroundings);
  }
  return frame.url === "" ? ownerOfNative(frame.name, surroundings) : ownerOfScript(frame, surroundings);
}

/** What a native function does by V8's own, such as filling a Map that it clones, is its work: `undefined` for others. */
function ownerOfMeans({ caller }: Surroundings): Owner | undefined {
  const found = caller === undefined ? undefined : bindingOf(caller);
  return found?.dependency === "v8" ? bindingOwner(found) : undefined;
}

/** The binding that a function of Node.js does its work in without a frame; `undefined` for none. */
function bindingOf({ url, name }: ProfileFrame): Binding | undefined {
  if (!url.startsWith("node:")) {
    return undefined;
  }
  const file = url.slice("node:".length);
  return bindingsByFunction.find(([files, names]) => files.test(file) && names.test(name))?.[2];
}

function ownerOfScript(frame: ProfileFrame, surroundings: Surroundings): Owner {
  const { url } = frame;
  if (url.startsWith("node:")) {
    const found = bindingOf(frame);
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
