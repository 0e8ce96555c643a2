import { readdir, realpath } from "node:fs/promises";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { leadsInside } from "../../shared/basics/leadsInside.ts";
import { dependencies, extendedBy, parsed, placesOf } from "./importNames.ts";
import {
  foreignFolder,
  type PackageBounds,
  type PackageReader,
  type PackageTexts,
  packageBounds,
  packageFolder,
} from "./packageReader.ts";

/** What is read around a file. */
export interface ProjectPlace {
  /** The folder of the package of the file. */
  readonly folder: string;
  readonly file: string;
  /** Nothing is read outside of these. */
  readonly roots: readonly string[];
}

export interface ProjectReader {
  /**
   * The texts of a package, with those of other packages of the same repository that it imports or that import it, and what
   * `tsconfig.json` and `package.json` above it say. The others are left out where they would go beyond the bounds.
   * `undefined` as of `PackageReader.read`.
   */
  read(place: ProjectPlace, cancelled: () => boolean): Promise<PackageTexts | undefined>;
}

/** Packages of a repository, folders that are searched for them, and how deep. */
const mostPackages = 200;
const mostFolders = 1_000;
const deepest = 4;
/** Paths outside of a package that are looked at. */
const mostWanted = 300;

const configurations = ["package.json", "tsconfig.json", "jsconfig.json"];
const workspaceFiles = ["pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json", "rush.json"];

export function createProjectReader(reader: PackageReader, bounds: PackageBounds = packageBounds): ProjectReader {
  /** By the path of a file, what its text imports outside of its package. */
  const leaving = new Map<string, { readonly text: string; readonly paths: readonly string[] }>();
  return {
    async read({ folder, file, roots }, cancelled) {
      const own = await reader.read(folder, file, cancelled);
      if (own === undefined) {
        return undefined;
      }
      const project = new Project(reader, { folder, roots, bounds, cancelled }, own);
      await project.addAround();
      for (const [path, text] of own) {
        const full = join(folder, path);
        let known = leaving.get(full);
        if (known?.text !== text) {
          known = { text, paths: importedAbove(path, text) };
          leaving.delete(full);
          leaving.set(full, known);
        }
        project.wanted.push(...known.paths.map((to) => resolve(folder, to)));
      }
      for (const oldest of [...leaving.keys()].slice(0, -mostScanned)) {
        leaving.delete(oldest);
      }
      await project.addPackages();
      return cancelled() ? undefined : project.texts;
    },
  };
}

const mostScanned = 8_000;

const above = /["'](\.\.\/[^"'\n]{1,200})["']/g;

/** The paths in a text that lead out of the folder of its package. */
function importedAbove(path: string, text: string): string[] {
  const folder = posix.dirname(path);
  return [...text.matchAll(above)]
    .map(([, to = ""]) => posix.join(folder, to))
    .filter((to) => to.startsWith("../") && !to.endsWith(".json"));
}

interface ProjectOptions extends Pick<ProjectPlace, "folder" | "roots"> {
  readonly bounds: PackageBounds;
  readonly cancelled: () => boolean;
}

/** One reading of what is around a package. */
class Project {
  readonly texts: Map<string, string>;
  /** Absolute paths that are imported out of the package. */
  readonly wanted: string[] = [];
  readonly #reader: PackageReader;
  readonly #options: ProjectOptions;
  readonly #read = new Set<string>();
  #roots: Promise<(string | undefined)[]> | undefined;
  #size: number;

  constructor(reader: PackageReader, options: ProjectOptions, own: PackageTexts) {
    this.#reader = reader;
    this.#options = options;
    this.texts = new Map(own);
    this.#size = lengthOf(own);
    this.#read.add(options.folder);
  }

  /** Adds what is said above the package, and what that extends. */
  async addAround(): Promise<void> {
    for (const folder of this.#foldersAbove()) {
      for (const name of configurations) {
        await this.#addConfiguration(join(folder, name));
      }
    }
    await this.#addExtended();
  }

  /** Adds the packages that are imported, and those that import this one, as far as the bounds allow. */
  async addPackages(): Promise<void> {
    const { folder, roots } = this.#options;
    const others = await this.#packages();
    const own = others.get(folder) ?? { folder, name: undefined, needs: await this.#needsOf(folder) };
    const byName = new Map([...others.values()].map((other) => [other.name, other]));
    const needed = (from: readonly Other[]) =>
      reached(from, ({ needs }) => [...needs].flatMap((need) => byName.get(need) ?? others.get(need) ?? []));
    const users = reached([own], ({ name }) =>
      name === undefined ? [] : [...others.values()].filter(({ needs }) => needs.has(name)),
    );
    for (const other of new Set([...needed([own]), ...users, ...needed(users)])) {
      await this.#addPackage(other.folder);
    }
    for (const path of [...new Set([...this.wanted, ...this.#compilerTargets()])].slice(0, mostWanted)) {
      const around = this.#options.cancelled() ? undefined : await packageFolder(join(path, "file"), roots);
      await this.#addPackage(around ?? this.#beside(path));
    }
  }

  /** The folder of a path that is outside of every package: the first one that is not around the own package. */
  #beside(path: string): string {
    const { folder } = this.#options;
    return resolve(folder, /^(?:\.\.[\\/])*[^\\/]*/.exec(relative(folder, path))?.[0] ?? "");
  }

  #foldersAbove(): string[] {
    const found: string[] = [];
    for (let at = dirname(this.#options.folder); this.#isInside(at) && at !== found.at(-1); at = dirname(at)) {
      found.push(at);
    }
    return found;
  }

  #isInside(path: string): boolean {
    return this.#options.roots.some((root) => leadsInside(relative(root, path)));
  }

  /** The same, if no link on the way leads out. */
  async #isReallyInside(folder: string): Promise<boolean> {
    if (!this.#isInside(folder)) {
      return false;
    }
    this.#roots ??= Promise.all(this.#options.roots.map((root) => realpath(root).catch(() => undefined)));
    const [roots, real] = await Promise.all([this.#roots, realpath(folder).catch(() => undefined)]);
    return real !== undefined && roots.some((root) => root !== undefined && leadsInside(relative(root, real)));
  }

  async #addConfiguration(path: string): Promise<void> {
    const name = this.#nameOf(path);
    const isRead = !this.texts.has(name) && !this.#options.cancelled() && (await this.#isReallyInside(dirname(path)));
    const text = isRead ? await this.#reader.text(path) : undefined;
    if (text !== undefined) {
      this.texts.set(name, text);
    }
  }

  async #addExtended(): Promise<void> {
    // A map goes on over what is added meanwhile.
    for (const [name, text] of this.texts) {
      if (name.endsWith(".json") && posix.basename(name) !== "package.json") {
        for (const extended of extendedBy(parsed(text) ?? {}).slice(0, 8)) {
          for (const place of placesOf(posix.dirname(name), extended)) {
            if (place.endsWith(".json")) {
              await this.#addConfiguration(resolve(this.#options.folder, place));
            }
          }
        }
      }
      if (this.texts.size > this.#options.bounds.files * 2) {
        return;
      }
    }
  }

  /** The named packages of the repository, by their folders. */
  async #packages(): Promise<Map<string, Other>> {
    const found = new Map<string, Other>();
    const folders = [this.#options.folder, ...this.#foldersAbove()];
    let outermost: string | undefined;
    for (const folder of folders) {
      outermost = (await this.#isWorkspace(folder)) ? folder : outermost;
    }
    let count = 0;
    const look = async (folder: string, depth: number): Promise<void> => {
      count += 1;
      if (count > mostFolders || found.size >= mostPackages || this.#options.cancelled()) {
        return;
      }
      const manifest = parsed((await this.#reader.text(join(folder, "package.json"))) ?? "");
      if (typeof manifest?.name === "string") {
        found.set(folder, { folder, name: manifest.name, needs: needsIn(folder, manifest) });
        if (depth > 0) {
          return;
        }
      }
      const entries = depth < deepest ? await readdir(folder, { withFileTypes: true }).catch(() => []) : [];
      for (const entry of entries) {
        if (entry.isDirectory() && !foreignFolder.test(entry.name)) {
          await look(join(folder, entry.name), depth + 1);
        }
      }
    };
    if (outermost !== undefined) {
      await look(outermost, 0);
    }
    return found;
  }

  async #isWorkspace(folder: string): Promise<boolean> {
    if (/"workspaces"\s*:/.test((await this.#reader.text(join(folder, "package.json"))) ?? "")) {
      return true;
    }
    for (const name of workspaceFiles) {
      if ((await this.#reader.text(join(folder, name))) !== undefined) {
        return true;
      }
    }
    return false;
  }

  async #needsOf(folder: string): Promise<ReadonlySet<string>> {
    const manifest = parsed((await this.#reader.text(join(folder, "package.json"))) ?? "");
    return manifest === undefined ? new Set() : needsIn(folder, manifest);
  }

  /** Where the paths of compilers lead that are not in the package. */
  #compilerTargets(): string[] {
    const { folder } = this.#options;
    return [...this.texts].flatMap(([name, text]) => {
      const { paths, baseUrl } = (parsedConfig(name, text)?.compilerOptions ?? {}) as Readonly<Record<string, unknown>>;
      const base = resolve(folder, posix.dirname(name), typeof baseUrl === "string" ? baseUrl : "");
      const targets = Object.values((typeof paths === "object" ? paths : undefined) ?? {}).flat();
      return targets.flatMap((to) => {
        const target = typeof to === "string" ? resolve(base, to) : folder;
        return leadsInside(relative(folder, target)) ? [] : [`${target.split("*")[0]}file`];
      });
    });
  }

  async #addPackage(folder: string): Promise<void> {
    const { bounds, cancelled } = this.#options;
    const isInstalled = folder.split(sep).includes("node_modules");
    if (this.#read.has(folder) || isInstalled || cancelled()) {
      return;
    }
    this.#read.add(folder);
    if (!(await this.#isReallyInside(folder))) {
      return;
    }
    const texts = await this.#reader.read(folder, join(folder, "package.json"), cancelled);
    const size = texts === undefined ? 0 : lengthOf(texts);
    if (texts === undefined || this.texts.size + texts.size > bounds.files || this.#size + size > bounds.total) {
      return;
    }
    this.#size += size;
    for (const [path, text] of texts) {
      this.texts.set(this.#nameOf(join(folder, path)), text);
    }
  }

  #nameOf(path: string): string {
    return relative(this.#options.folder, path).split(sep).join("/");
  }
}

/** A package of the same repository. */
interface Other {
  readonly folder: string;
  readonly name: string | undefined;
  /** Names, and folders of those that are named by their path (`file:../shared`). */
  readonly needs: ReadonlySet<string>;
}

function needsIn(folder: string, manifest: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const needs = new Set<string>();
  for (const [name, range] of dependencies(manifest)) {
    const path = /^(?:file|link|portal):(.+)/.exec(range)?.[1];
    needs.add(name);
    if (path !== undefined) {
      needs.add(resolve(folder, path));
    }
  }
  return needs;
}

function parsedConfig(name: string, text: string): Readonly<Record<string, unknown>> | undefined {
  return name.endsWith(".json") && posix.basename(name) !== "package.json" ? parsed(text) : undefined;
}

function reached(from: readonly Other[], next: (other: Other) => readonly Other[]): Other[] {
  const found = new Set(from);
  for (const other of found) {
    for (const one of next(other)) {
      found.add(one);
    }
  }
  return [...found];
}

function lengthOf(texts: PackageTexts): number {
  let length = 0;
  for (const text of texts.values()) {
    length += text.length;
  }
  return length;
}
