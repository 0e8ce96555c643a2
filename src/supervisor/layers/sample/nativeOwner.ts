import type { ProfileFrame, ProfileNode } from "../../../shared/layers/collected.ts";
import { packageOf } from "../../../shared/layers/packageOf.ts";
import {
  type Binding,
  bindingsByFile,
  bindingsByNative,
  buffer,
  fs,
  nativeOfBuffer,
  nativesThroughV8,
  spawnSync,
  sqlite,
  sqliteNatives,
  variantsOfZlib,
} from "./bindingTable.ts";
import { fileOf } from "./fileOf.ts";
import { addonOwner, bindingOwner, gcOwner, idleOwner, loopOwner, nativeOwner, type Owner, v8Owner } from "./owner.ts";
import type { Callers, Surroundings } from "./surroundings.ts";

/**
 * The owner of the time of a native function. V8's own functions, such as `Map.prototype.get`, have no frames: one with
 * a frame was given to V8 by Node.js or an addon, apart from a few that V8 creates in the same way.
 */
export function ownerOfNative(name: string, surroundings: Surroundings): Owner {
  switch (name) {
    case "(garbage collector)":
      return gcOwner;
    case "(idle)":
      return idleOwner;
    // Native code below which there is no JavaScript: what the event loop does for V8's objects, such as reading a message.
    case "(program)":
      return loopOwner(undefined);
    case "(root)":
      return nativeOwner;
    default:
  }
  // What was compiled before the profile began has no name of its own.
  if (name.startsWith("RegExp: ") || /^(?:A )?regular expression/i.test(name)) {
    return v8Owner;
  }
  if (
    name === "spawn" &&
    surroundings.caller?.url === "node:internal/child_process" &&
    surroundings.caller.name === "spawnSync"
  ) {
    return bindingOwner(spawnSync);
  }
  // Some of its functions are called like those of streams.
  const isOfFiles = /^node:(?:fs|internal\/fs)\b/.test(surroundings.caller?.url ?? "") && streamNatives.has(name);
  const known = nativeOfBuffer.test(name) ? buffer : isOfFiles ? fs : byName(name);
  if (known !== undefined && isLeftOver(name, surroundings)) {
    return v8Owner;
  }
  if (known !== undefined) {
    return bindingOwner(known);
  }
  const { caller } = surroundings;
  if (caller?.url.startsWith("node:")) {
    const file = caller.url.slice("node:".length);
    const found = bindingsByFile.find(([files]) => files.test(file));
    return found === undefined ? nativeOwner : bindingOwner(variantOf(found[1], surroundings));
  }
  return caller === undefined ? nativeOwner : ownerOfCalled(name, caller, surroundings);
}

/**
 * Where one of V8's functions in C++ has called JavaScript, as `JSON.parse` does to make a text of a Buffer, V8 shows the
 * native function that was called last there as long as it goes on by itself: below one that does not know the name.
 */
function isLeftOver(name: string, { caller, mentions }: Surroundings): boolean {
  return (
    caller !== undefined &&
    !caller.url.startsWith("node:") &&
    !nativesThroughV8.has(name) &&
    mentions?.(caller, name) === false
  );
}

/** zlib, Brotli and Zstandard share their functions, so they are distinguished by names in the calling code. */
export function variantOf(binding: Binding, { caller, user, compressorOf }: Surroundings): Binding {
  if (binding.name !== "zlib") {
    return binding;
  }
  const [, inName] = /^(brotli|zstd)/i.exec(caller?.name ?? "") ?? [];
  const compressor = inName?.toLowerCase() ?? (user === undefined ? undefined : compressorOf(user));
  return variantsOfZlib.find(({ dependency }) => dependency === compressor) ?? binding;
}

/** By the functions that call it, what the profile shows as made for it: `undefined` for none, or for more than one kind. */
export function compressorsSeen(
  frames: readonly ProfileFrame[],
  nodes: readonly ProfileNode[],
  callers: readonly Callers[],
): (user: ProfileFrame) => string | undefined {
  const seen = new Map<ProfileFrame, Set<string>>();
  nodes.forEach(({ frame }, index) => {
    const { name = "", url } = frames[frame] ?? {};
    const user = callers[index]?.user;
    const [, kind] = /^(Brotli|Zstd|Zlib$)/.exec(name) ?? [];
    if (url === "node:zlib" && kind !== undefined && user !== undefined) {
      seen.set(user, (seen.get(user) ?? new Set()).add(kind.toLowerCase()));
    }
  });
  return (user) => {
    const [kind, ...more] = seen.get(user) ?? [];
    return more.length > 0 ? undefined : kind;
  };
}

/** For a native function called by the app's own code. */
function ownerOfCalled(name: string, caller: ProfileFrame, { natives }: Surroundings): Owner {
  const callers = packageOf(fileOf(caller.url))?.name;
  const addon = natives.addonOf(name, caller);
  if (addon !== undefined && addon === callers) {
    return addonOwner(addon);
  }
  if (v8Natives.has(name)) {
    return v8Owner;
  }
  if (natives.sqlite && sqliteNatives.has(name)) {
    return bindingOwner(sqlite);
  }
  if (addon !== undefined) {
    return addonOwner(addon);
  }
  return builtinNames.has(name) && !natives.hasAddons ? v8Owner : nativeOwner;
}

function byName(name: string): Binding | undefined {
  return Object.hasOwn(bindingsByNative, name) ? bindingsByNative[name] : undefined;
}

const streamNatives: ReadonlySet<string> = new Set(["writeBuffer", "writeBuffers", "writeString", "writev"]);

/** V8's functions that are created as those of Node.js and addons are. */
const v8Natives: ReadonlySet<string> = new Set([
  "Module",
  "Instance",
  "get exports",
  "get prototype",
  "get stack",
  "set stack",
  "get length",
  "set length",
  "get name",
  "set name",
]);

/** Names of JavaScript's own functions, such as `parse` and `replace`. */
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
