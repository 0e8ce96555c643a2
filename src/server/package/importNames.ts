import { builtinModules } from "node:module";
import { posix } from "node:path";
import { parse } from "jsonc-parser";

/** What the files of a package may import by other names than relative paths, as its package.json and tsconfig.json say. */
export interface ImportNames {
  /** The paths that a specifier of a file may stand for, best first, as a relative import names them; none for packages and Node.js. */
  bases(from: string, specifier: string): readonly string[];
}

/** Options of log4js, which a rule reads as it reads sources. */
export const holdsOptions = /(?:^|\/)[\w.-]*log4js[\w.-]*\.json$/i;

/** Whether a text is no source, but says what sources import. */
export function isConfiguration(path: string): boolean {
  return path.endsWith(".json") && !holdsOptions.test(path);
}

/** Whether a file says what imports mean, by its name. */
export const namesImports = /(?:^|\/)(?:package|jsconfig|tsconfig(?:\.[\w-]+)*)\.json$/;

export const noNames: ImportNames = { bases: () => [] };

/** A table of names, of which each may hold one `*`. */
type Names = readonly (readonly [pattern: string, targets: readonly string[]])[];

interface Manifest {
  readonly folder: string;
  readonly json: Json;
}

interface CompilerPaths {
  readonly paths: Names;
  /** The folder that the paths are relative to. */
  readonly pathsFolder: string;
  /** The folder in which all names are looked for. */
  readonly baseUrl: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * What imports mean by the texts among these that are `package.json`, `tsconfig.json`, `jsconfig.json` or extended by one. What can't be
 * parsed, leads around in a circle or to what is not there says nothing.
 */
export function importNames(texts: ReadonlyMap<string, string>): ImportNames {
  const files = new Map<string, Json>();
  for (const [path, text] of texts) {
    const json = isConfiguration(path) ? parsed(text) : undefined;
    if (json !== undefined) {
      files.set(path, json);
    }
  }
  const manifests = new Map<string, Manifest>();
  for (const [path, json] of files) {
    if (posix.basename(path) === "package.json" && typeof json.name === "string" && !manifests.has(json.name)) {
      manifests.set(json.name, { folder: posix.dirname(path), json });
    }
  }
  const highest = Math.max(0, ...[...files.keys()].map((path) => path.split("../").length - 1));
  const scopes = new Map<string, Scope>();
  const scopeOf = (folder: string): Scope => {
    let scope = scopes.get(folder);
    if (scope === undefined) {
      const above = posix.join(folder, "..");
      const isOutermost = above.split("..").length - 1 > highest;
      scope = scopeIn(files, manifests, folder, isOutermost ? undefined : scopeOf(above));
      scopes.set(folder, scope);
    }
    return scope;
  };
  return {
    bases(from, specifier) {
      const [first = "", second = ""] = specifier.split("/");
      if (first === "" || first === "." || first === ".." || specifier.startsWith("node:") || builtIn.has(first)) {
        return [];
      }
      const { manifest, compiler } = scopeOf(posix.dirname(from));
      if (first.startsWith("#")) {
        return [...(manifest === undefined ? [] : byManifest(manifest, specifier)), ...byCompiler(compiler, specifier)];
      }
      const name = first.startsWith("@") ? `${first}/${second}` : first;
      const other = manifests.get(name);
      const isInstalled = other === undefined && dependencies(manifest?.json).has(name);
      return [
        ...byCompiler(compiler, specifier),
        ...(manifest === undefined ? [] : byModuleAlias(manifest, specifier)),
        ...(other === undefined ? [] : entriesOf(other, specifier.slice(name.length + 1))),
        ...(compiler?.baseUrl === undefined || isInstalled ? [] : [posix.join(compiler.baseUrl, specifier)]),
      ];
    },
  };
}

/** The names that a package's manifest says it depends on. */
export function dependencies(manifest: Json | undefined): ReadonlyMap<string, string> {
  const all = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"].flatMap((key) =>
    Object.entries(record(manifest?.[key])),
  );
  return new Map(all.map(([name, range]) => [name, String(range)]));
}

const builtIn: ReadonlySet<string> = new Set(builtinModules);

/** A JSON text with comments and trailing commas, as far as it can be read; `undefined` if it is no object. */
export function parsed(text: string): Json | undefined {
  try {
    const value: unknown = parse(text.startsWith("\uFEFF") ? text.slice(1) : text, [], { allowTrailingComma: true });
    return isRecord(value) ? value : undefined;
  } catch {
    // The parser is recursive.
    return undefined;
  }
}

/** What counts in a folder. */
interface Scope {
  readonly manifest: Manifest | undefined;
  readonly compiler: CompilerPaths | undefined;
}

function scopeIn(
  files: ReadonlyMap<string, Json>,
  manifests: ReadonlyMap<string, Manifest>,
  folder: string,
  above: Scope | undefined,
): Scope {
  const own = files.get(posix.join(folder, "package.json"));
  const manifest = own === undefined || isOnlyType(own) ? above?.manifest : { folder, json: own };
  const names = ["tsconfig.json", "jsconfig.json"].map((name) => posix.join(folder, name));
  const config = names.find((name) => files.has(name));
  const compiler = config === undefined ? undefined : compilerPaths(files, manifests, config);
  return { manifest, compiler: compiler ?? above?.compiler };
}

function isOnlyType(json: Json): boolean {
  return Object.keys(json).every((key) => key === "type" || key === "sideEffects");
}

/** Configurations that one extends or refers to, all in all. */
const mostExtended = 32;

/** `undefined` if neither a configuration nor those that it extends or refers to name anything. */
function compilerPaths(
  files: ReadonlyMap<string, Json>,
  manifests: ReadonlyMap<string, Manifest>,
  config: string,
): CompilerPaths | undefined {
  const seen = new Set<string>();
  const own = posix.dirname(config);
  const read = (path: string): Partial<CompilerPaths> => {
    const json = files.get(path);
    if (json === undefined || seen.has(path) || seen.size >= mostExtended) {
      return {};
    }
    seen.add(path);
    const folder = posix.dirname(path);
    const extended = extendedBy(json)
      .flatMap((name) => placesOf(folder, name, manifests).find((place) => files.has(place)) ?? [])
      .map(read);
    const { paths, baseUrl } = record(json.compilerOptions);
    return Object.assign(
      {},
      ...extended,
      isRecord(paths) ? { paths: table(paths), pathsFolder: folder } : {},
      typeof baseUrl === "string" ? { baseUrl: inFolder(folder, own, baseUrl) } : {},
    );
  };
  const whole = (path: string): CompilerPaths | undefined => {
    const { paths, pathsFolder, baseUrl } = read(path);
    if (paths === undefined && baseUrl === undefined) {
      return undefined;
    }
    const base = baseUrl ?? pathsFolder ?? own;
    const named = (paths ?? []).map(
      ([pattern, targets]) => [pattern, targets.map((target) => inFolder(base, own, target))] as const,
    );
    return { paths: named, pathsFolder: "", baseUrl };
  };
  const first = whole(config);
  // `{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }`
  const others = first === undefined ? list(files.get(config)?.references).flatMap((it) => record(it).path ?? []) : [];
  return (
    first ??
    others
      .filter((path) => typeof path === "string")
      .flatMap((path) => placesOf(own, `./${path}`, manifests))
      .flatMap((path) => (files.has(path) ? (whole(path) ?? []) : []))
      .at(0)
  );
}

/** What a configuration extends, as it says so. */
export function extendedBy(config: Json): string[] {
  const all = Array.isArray(config.extends) ? config.extends : [config.extends];
  return all.filter((name) => typeof name === "string");
}

/** Where a configuration that is extended or referred to may be: a path, or a package of the same repository. */
export function placesOf(folder: string, name: string, manifests: ReadonlyMap<string, Manifest> = new Map()): string[] {
  const [first = "", second = ""] = name.split("/");
  const packageName = first.startsWith("@") ? `${first}/${second}` : first;
  const other = name.startsWith(".") ? undefined : manifests.get(packageName);
  if (!name.startsWith(".") && other === undefined) {
    return [];
  }
  const path =
    other === undefined ? posix.join(folder, name) : posix.join(other.folder, name.slice(packageName.length + 1));
  return [path, `${path}.json`, posix.join(path, "tsconfig.json")];
}

function inFolder(folder: string, own: string, path: string): string {
  const inOwn = /^\$\{configDir\}(?:\/|$)/.exec(path)?.[0];
  return inOwn === undefined ? posix.join(folder, path) : posix.join(own, path.slice(inOwn.length));
}

function byCompiler(compiler: CompilerPaths | undefined, specifier: string): string[] {
  return compiler === undefined ? [] : matched(compiler.paths, specifier);
}

function byManifest({ folder, json }: Manifest, specifier: string): string[] {
  return matched(table(json.imports), specifier).flatMap((to) => built(folder, to));
}

/** What the package module-alias is told: `{ "_moduleAliases": { "@lib": "src/lib" } }`. */
function byModuleAlias({ folder, json }: Manifest, specifier: string): string[] {
  return Object.entries(record(json._moduleAliases)).flatMap(([name, to]) =>
    typeof to === "string" && (specifier === name || specifier.startsWith(`${name}/`))
      ? built(folder, posix.join(to, specifier.slice(name.length)))
      : [],
  );
}

/** Where what another package of the repository exports as `rest` may have its sources. */
function entriesOf({ folder, json }: Manifest, rest: string): string[] {
  const subpath = rest === "" ? "." : `./${rest}`;
  const exported = isRecord(json.exports) && Object.keys(json.exports).some((key) => key.startsWith("."));
  const named = exported ? matched(table(json.exports), subpath) : rest === "" ? texts(json.exports) : [];
  const entries = rest === "" ? [json.source, json.module, json.main, json.types, json.typings].flatMap(texts) : [];
  const usual = rest === "" ? ["src/index", "index", "src/main", "lib/index"] : [rest, posix.join("src", rest)];
  return [
    ...[...named, ...entries].flatMap((to) => built(folder, to)),
    ...usual.map((path) => posix.join(folder, path)),
  ];
}

const outputFolder = /(?:^|\/)(?:dist|build|out|lib|esm|cjs)\//;

/** A file, and the sources that it may be built of: `src/users` of `dist/users.js`. */
function built(folder: string, path: string): string[] {
  const plain = path.replace(/\.d\.[cm]?ts$/, "");
  const output = outputFolder.exec(plain);
  if (output === null) {
    return [posix.join(folder, plain)];
  }
  const before = plain.slice(0, output.index);
  const after = plain.slice(output.index + output[0].length).replace(/^(?:esm|cjs|src)\//, "");
  return [plain, `${before}/src/${after}`, `${before}/${after}`].map((one) => posix.join(folder, one));
}

function table(value: unknown): Names {
  return Object.entries(record(value)).map(([pattern, to]) => [pattern, texts(to)] as const);
}

/** The strings in a value, also below conditions. */
function texts(value: unknown, depth = 0): string[] {
  if (typeof value === "string") {
    return [value];
  }
  const isDeeper = typeof value === "object" && value !== null && depth < 6;
  return isDeeper ? Object.values(value).flatMap((one) => texts(one, depth + 1)) : [];
}

/** The targets of the best pattern: one without `*`, else the one with the longest beginning. */
function matched(names: Names, specifier: string): string[] {
  let best: { readonly length: number; readonly targets: readonly string[]; readonly star: string } | undefined;
  for (const [pattern, targets] of names) {
    const at = pattern.indexOf("*");
    const [before, after] = at < 0 ? [pattern, ""] : [pattern.slice(0, at), pattern.slice(at + 1)];
    const isMatch =
      at < 0
        ? pattern === specifier
        : specifier.length >= before.length + after.length && specifier.startsWith(before) && specifier.endsWith(after);
    const length = at < 0 ? Number.POSITIVE_INFINITY : before.length;
    if (isMatch && length > (best?.length ?? -1)) {
      const star = at < 0 ? "" : specifier.slice(before.length, specifier.length - after.length);
      best = { length, targets, star };
    }
  }
  return best === undefined ? [] : best.targets.map((target) => target.replace("*", () => best?.star ?? ""));
}

function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
