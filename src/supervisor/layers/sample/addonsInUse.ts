import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { CollectedSample, ProfileFrame } from "../../../shared/layers/collected.ts";
import { type OwningPackage, packageOf } from "../../../shared/layers/packageOf.ts";
import { readManifest } from "../files/codeFiles.ts";
import { fileOf } from "./fileOf.ts";
import { callersOf, type LoadedNatives } from "./surroundings.ts";

/** A larger file is not searched for names. */
const mostBytes = 128 * 1_048_576;

interface NamedAddon {
  /** Of its package, or of the file if it is in none. */
  readonly name: string;
  /** The names looked for that stand in it. */
  readonly functions: ReadonlySet<string>;
}

/** Hints from the source texts of functions that call native ones. */
export interface CallerHints {
  /** Names of all that a function calls; `undefined` if its text is unknown. */
  readonly namesCalledIn: (frame: ProfileFrame) => ReadonlySet<string> | undefined;
  /** The packages from which the function's file takes things of these names. */
  readonly importedFrom: (frame: ProfileFrame, names: ReadonlySet<string>) => ReadonlySet<string>;
}

export type AddonsInUse = Pick<LoadedNatives, "addonOf" | "namesOf" | "nameOf">;

/**
 * Finds out which of the loaded addons a native function belongs to. A package may have its addon in another package, of
 * which there is one for each platform (`optionalDependencies`, as napi-rs and sharp have it). Else the text of the
 * caller tells: an addon holds the names of the functions that it exports.
 * @param files Absolute paths of the loaded addons.
 */
export async function addonsInUse(
  files: readonly string[],
  { frames, nodes }: Pick<CollectedSample, "frames" | "nodes">,
  { namesCalledIn, importedFrom }: CallerHints,
  loadedPackages: ReadonlySet<string>,
): Promise<AddonsInUse> {
  const loaded = [...new Set(files)];
  const natives = new Set(frames.filter(isNative));
  if (loaded.length === 0 || natives.size === 0) {
    return { addonOf: () => undefined, namesOf: (name) => new Set([name]), nameOf: (name) => name };
  }
  const callers = callersOf(frames, nodes).flatMap(({ caller }, index) => {
    const frame = frames[nodes[index]?.frame ?? -1];
    return frame !== undefined && natives.has(frame) && caller !== undefined ? [caller] : [];
  });
  const names = new Set([...natives].map(({ name }) => name));
  for (const caller of new Set(callers)) {
    for (const name of namesCalledIn(caller) ?? []) {
      names.add(name);
    }
  }
  names.delete("");
  const addons: NamedAddon[] = [];
  for (const file of loaded) {
    addons.push({ name: packageOf(file)?.name ?? basename(file), functions: await namesIn(file, [...names]) });
  }
  const packages = new Map<string, OwningPackage>();
  for (const { url } of frames) {
    const owner = packageOf(fileOf(url));
    if (owner !== undefined) {
      packages.set(owner.name, owner);
    }
  }
  /** The package in which each platform package's addon is used, which is what people know. */
  const users = new Map<string, string>();
  for (const addon of addons) {
    for (const owner of [...packages.values(), ...basesOf(addon.name, files, loadedPackages)]) {
      if (owner.name !== addon.name && (await dependsOptionally(owner, addon.name))) {
        users.set(addon.name, owner.name);
      }
    }
  }
  const namedIn = (addon: NamedAddon, name: string, caller: ProfileFrame | undefined): string[] => {
    const called = caller === undefined ? undefined : namesCalledIn(caller);
    return [...(called ?? [name])].filter((each) => addon.functions.has(each));
  };
  const called = (name: string, caller: ProfileFrame, some: readonly NamedAddon[]): ReadonlySet<string> =>
    new Set(some.flatMap((addon) => namedIn(addon, name, caller)));
  const imports = new Map<ProfileFrame, readonly string[]>();
  const isImported = (name: string, caller: ProfileFrame): boolean => importedFrom(caller, new Set([name])).size > 0;
  /** The addons of whose packages the caller calls something. */
  const importedBy = (caller: ProfileFrame): NamedAddon[] => {
    const packages = importedFrom(caller, namesCalledIn(caller) ?? noNames);
    return addons.filter((addon) => packages.has(addon.name) || packages.has(users.get(addon.name) ?? addon.name));
  };
  const find = (name: string, caller: ProfileFrame | undefined): NamedAddon | undefined => {
    const owner = caller === undefined ? undefined : packageOf(fileOf(caller.url))?.name;
    const mine = addons.find(
      (addon) => owner !== undefined && (addon.name === owner || users.get(addon.name) === owner),
    );
    if (mine !== undefined) {
      return mine;
    }
    const named = addons.filter((addon) => namedIn(addon, name, caller).length > 0);
    if (caller !== undefined) {
      // Those in Rust may have the names without what ends a text in C, and any large one has common words such as `update`.
      const [only, ...more] = importedBy(caller);
      if (named.length === 0 || (only !== undefined && more.length === 0)) {
        return more.length === 0 ? only : undefined;
      }
    }
    // Two may have a function of that name: what the caller's file imports tells.
    const imported = caller === undefined ? noNames : importedFrom(caller, called(name, caller, named));
    const meant = named.filter(
      (addon) => imported.has(addon.name) || imported.has(users.get(addon.name) ?? addon.name),
    );
    const found = meant.length === 1 ? meant : named;
    // Without the caller's text the name may be that of a function of another addon.
    const isTold =
      found.length === 1 && (addons.length === 1 || (caller !== undefined && namesCalledIn(caller) !== undefined));
    return isTold ? found[0] : undefined;
  };
  return {
    addonOf(name, caller) {
      const addon = find(name, caller);
      return addon === undefined ? undefined : (users.get(addon.name) ?? addon.name);
    },
    namesOf(name, caller) {
      const addon = find(name, caller);
      const called = addon === undefined ? [] : namedIn(addon, name, caller);
      if (called.length > 0 || caller === undefined) {
        return new Set(called.length > 0 ? called : [name]);
      }
      const known =
        imports.get(caller) ?? [...(namesCalledIn(caller) ?? [])].filter((each) => isImported(each, caller));
      imports.set(caller, known);
      return new Set([name, ...known]);
    },
    nameOf(name, caller) {
      const addon = find(name, caller);
      const called = addon === undefined ? [] : namedIn(addon, name, caller);
      return called.length === 1 && called[0] !== undefined
        ? called[0]
        : called.includes(name)
          ? name
          : "(native function)";
    },
  };
}

function isNative({ name, url, line }: ProfileFrame): boolean {
  return url === "" && line < 1 && isName(name);
}

/** The methods of classes that Node-API makes have none. */
function isName(name: string): boolean {
  return !name.startsWith("(") && !name.includes(" ");
}

/**
 * `@node-rs/bcrypt` of `@node-rs/bcrypt-linux-x64-gnu`: the packages beside it whose names its own begins with, and those
 * in use whose names are in its own, as `snappy` is in `@napi-rs/snappy-linux-x64-gnu`.
 */
function basesOf(name: string, files: readonly string[], loaded: ReadonlySet<string>): OwningPackage[] {
  const own = files.map(packageOf).find((found) => found?.name === name);
  if (own === undefined) {
    return [];
  }
  const words = name.split("-");
  const root = own.folder.slice(0, own.folder.length - name.length);
  const bases = words.slice(1).map((_, index) => words.slice(0, index + 1).join("-"));
  const others = [...loaded].filter((each) => each !== name && name.includes(each.slice(each.indexOf("/") + 1)));
  return [...new Set([...bases, ...others])].map((base) => ({ name: base, folder: root + base }));
}

async function dependsOptionally({ folder }: OwningPackage, addon: string): Promise<boolean> {
  const { optionalDependencies: listed } = await readManifest(folder);
  return typeof listed === "object" && listed !== null && Object.hasOwn(listed, addon);
}

/** Those of the names that stand in a file, each followed by what ends a text in C. */
async function namesIn(file: string, names: readonly string[]): Promise<ReadonlySet<string>> {
  try {
    const { size } = await stat(file);
    if (size > mostBytes) {
      return new Set();
    }
    const content = await readFile(file);
    return new Set(names.filter((name) => content.includes(`${name}\0`)));
  } catch {
    return new Set();
  }
}

const noNames: ReadonlySet<string> = new Set();
