import { ownCodeUrl, type ProfileFrame } from "../../../shared/layers/collected.ts";
import { packageOf } from "../../../shared/layers/packageOf.ts";
import { bindingsByFunction, bindingsByWasm } from "./bindingTable.ts";
import { fileOf } from "./fileOf.ts";
import { ownerOfNative, variantOf } from "./nativeOwner.ts";
import { bindingOwner, codeOwner, nativeOwner, nodeOwner, type Owner } from "./owner.ts";
import { isWasm, type Surroundings } from "./surroundings.ts";

/** The owner of a frame's own time. `undefined` for Hitless's own, which is no part of the app. */
export function ownerOf(frame: ProfileFrame, surroundings: Surroundings): Owner | undefined {
  if (surroundings.user?.url === ownCodeUrl) {
    return undefined;
  }
  if (isWasm(frame)) {
    return ownerOfWasm(surroundings);
  }
  return frame.url === "" ? ownerOfNative(frame.name, surroundings) : ownerOfScript(frame, surroundings);
}

function ownerOfScript({ url, name }: ProfileFrame, surroundings: Surroundings): Owner {
  if (url.startsWith("node:")) {
    const file = url.slice("node:".length);
    const found = bindingsByFunction.find(([files, names]) => files.test(file) && names.test(name));
    return found === undefined ? nodeOwner : bindingOwner(variantOf(found[2], surroundings));
  }
  const owner = packageOf(fileOf(url));
  return owner === undefined
    ? codeOwner
    : { id: `package:${owner.name}`, kind: "package", layer: "code", name: owner.name };
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
