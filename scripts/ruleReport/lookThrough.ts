import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { isConfiguration } from "../../src/server/package/importNames.ts";
import { createPackageReader, packageBounds, packageFolder } from "../../src/server/package/packageReader.ts";
import { emptyCache, packageView } from "../../src/server/package/packageView.ts";
import { createProjectReader } from "../../src/server/package/projectReader.ts";
import { type Found, runRules } from "../../test/unit/server/rules/runRules.ts";

/** What the rules find in one package. */
export interface Looked {
  readonly spec: string;
  readonly files: number;
  readonly lines: number;
  /** Files of which nothing could be parsed. */
  readonly unread: number;
  readonly found: readonly FoundIn[];
  /** Milliseconds of the slowest file, parsing included. */
  readonly slowest: number;
}

export interface FoundIn extends Found {
  readonly file: string;
  readonly code: string;
}

/** Rules take only part of these; in an editor such a package would be looked at file by file. */
const bounds = { ...packageBounds, files: 4_000, total: 40_000_000 };

/** What is served to browsers, shown, or written by a bundler, by its path. */
const foreign = /(?:^|\/)(?:browser|static|public|assets|locales|examples?|demos?)\//;

/** Folders that hold a page, or the server of one. */
const ofPage = /(?:^|\/)(?:client|frontend|www|webui|web-ui|ui)\//;
const serves = /["'](?:node:)?(?:express|fastify|koa|https?)["']/;

/** Runs the rules over all sources of a package as an editor does: together with its other files, as an app with two workers. */
export async function lookThrough(folder: string, spec: string): Promise<Looked> {
  const found: FoundIn[] = [];
  let files = 0;
  let lines = 0;
  let unread = 0;
  let slowest = 0;
  for (const [root, texts] of await textsOf(folder, spec.startsWith("github:"))) {
    const cache = emptyCache();
    for (const [path, text] of texts) {
      if (isConfiguration(path) || path.startsWith("../")) {
        continue;
      }
      files += 1;
      const start = performance.now();
      const findings = runRules(text, join(root, path), {}, packageView(root, texts, cache, texts.size));
      slowest = Math.max(slowest, performance.now() - start);
      const code = text.split("\n");
      const file = relative(folder, join(root, path)).replaceAll("\\", "/");
      lines += code.length;
      unread += findings === undefined ? 1 : 0;
      found.push(
        ...(findings ?? []).map((finding) => ({ ...finding, file, code: (code[finding.line - 1] ?? "").trim() })),
      );
    }
  }
  return { spec, files, lines, unread, found, slowest };
}

/** The sources, by the folder of the innermost package.json: builds copy it to `dist`. */
async function textsOf(folder: string, isRepository: boolean): Promise<Map<string, Map<string, string>>> {
  const all = new Map<string, Map<string, string>>();
  const reader = createPackageReader(bounds);
  const packages = isRepository ? [...packagesIn(folder)] : [folder];
  const paths = packages.flatMap((own) => entriesOf(own).map((entry) => join(own, entry)));
  for (const path of paths) {
    const root = (await packageFolder(path, [folder])) ?? folder;
    const texts = all.get(root) ?? new Map<string, string>();
    all.set(root, texts);
    const place = { folder: root, file: path, roots: [folder] };
    for (const [name, text] of (await createProjectReader(reader, bounds).read(place, () => false)) ?? []) {
      // A folder without a name of its own is read with the one above as well.
      const isTwice =
        isRepository &&
        !name.startsWith("../") &&
        ((await packageFolder(join(root, name), [folder])) ?? folder) !== root;
      const isForeign = foreign.test(name) || (ofPage.test(name) && !serves.test(text));
      if (!isTwice && !isForeign && (isConfiguration(name) || !isMinified(text))) {
        texts.set(name, text);
      }
    }
  }
  return all;
}

/** The folder, and those in it that hold packages of their own, as repositories do. */
function* packagesIn(folder: string, depth = 0): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true });
  if (depth === 0 || entries.some(({ name }) => name === "package.json")) {
    yield folder;
  }
  for (const entry of depth < 4 ? entries : []) {
    if (entry.isDirectory() && !/^(?:\..*|node_modules|dist|build|tests?|e2e)$/.test(entry.name)) {
      yield* packagesIn(join(folder, entry.name), depth + 1);
    }
  }
}

/** The files of a package that lead to its sources, also where these lie in `dist`. */
function entriesOf(folder: string): string[] {
  const manifest = join(folder, "package.json");
  const { main, bin, module, exports } = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : {};
  const named = [main, module, ...Object.values(typeof bin === "object" ? bin : { bin }), ...pathsIn(exports)];
  const files = named.filter((name) => typeof name === "string").map((name) => name.replace(/^\.\//, ""));
  const usual = ["dist", "build", "lib", "src"].filter((name) => existsSync(join(folder, name)));
  return [...new Set(["index.js", ...files, ...usual.map((name) => `${name}/index.js`)])];
}

function pathsIn(value: unknown): string[] {
  if (typeof value === "string") {
    return [value];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}

function isMinified(text: string): boolean {
  return text.length / text.split("\n").length > 250;
}
