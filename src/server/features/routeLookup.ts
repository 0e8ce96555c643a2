import { join } from "node:path";
import { TextDocument } from "vscode-languageserver-textdocument";
import type {
  LanguageApp,
  LanguageState,
  PathsAnswer,
  PathsQuestion,
  RouteAnswer,
  RouteQuestion,
} from "../../shared/language.ts";
import type { OpenPackages } from "../package/openPackages.ts";
import { type FoundRoutes, findRoutes, writtenPaths } from "../routes/findRoutes.ts";

/** Files that one look for a route parses at most; those already parsed cost nothing. */
const mostParsed = 600;

export interface RouteLookup {
  readonly state: LanguageState;
  readonly packages: OpenPackages;
  readonly cancelled: () => boolean;
}

/**
 * Finds the code of an app that answers a request, in the sources of the packages of its entries. What is built is looked at only where
 * that has no such route.
 */
export async function lookUpRoutes(question: RouteQuestion, lookup: RouteLookup): Promise<RouteAnswer> {
  const app = lookup.state.apps.find(({ key }) => key === question.app);
  let files = 0;
  for (const place of app === undefined ? [] : await placesOf(app, lookup.packages)) {
    const found = await lookIn(place, question, lookup);
    files = Math.max(files, found?.files ?? 0);
    if (found !== undefined && found.routes.length > 0) {
      return { routes: found.routes.map(answered), files };
    }
  }
  return { routes: [], files };
}

/** Finds the paths of an app that can be asked as they are written; what is built counts only where sources have none. */
export async function lookUpPaths(question: PathsQuestion, lookup: RouteLookup): Promise<PathsAnswer> {
  const { state, packages, cancelled } = lookup;
  const app = state.apps.find(({ key }) => key === question.app);
  for (const { path, folder } of app === undefined ? [] : await placesOf(app, packages)) {
    const view = await packages.filesBeside(path, cancelled, { folder, mostParsed });
    const paths = view && (await writtenPaths(view, cancelled));
    if (paths !== undefined && paths.length > 0) {
      return { paths };
    }
  }
  return { paths: [] };
}

/** A file of the package that is looked in, and that folder if it has no package.json. */
interface Place {
  readonly path: string;
  readonly folder: string | undefined;
}

/** The packages of the entries and of the app itself, first without what is built. */
async function placesOf({ entries, root }: LanguageApp, packages: OpenPackages): Promise<Place[]> {
  const readable = [...entries, join(root, manifest)].filter((path) => packages.mayRead(path));
  const folders = await Promise.all(readable.map((path) => packages.folderOf(path)));
  const known = [...new Set(folders)].filter((folder) => folder !== undefined);
  const folder = known.length === 0 ? root : undefined;
  const sources = folder === undefined ? known : [root];
  return [...new Set([...sources.map((found) => join(found, manifest)), ...readable])]
    .filter((path) => packages.mayRead(path))
    .map((path) => ({ path, folder }));
}

const manifest = "package.json";

async function lookIn(
  { path, folder }: Place,
  { method, path: asked }: RouteQuestion,
  { packages, cancelled }: RouteLookup,
): Promise<FoundRoutes | undefined> {
  const view = await packages.filesBeside(path, cancelled, { folder, mostParsed });
  return view && findRoutes(view, { method: method.toUpperCase(), path: asked }, cancelled);
}

function answered({ module, place, text, isCertain }: FoundRoutes["routes"][number]): RouteAnswer["routes"][number] {
  const document = TextDocument.create(module.uri, "", 0, module.text);
  const range = { start: document.positionAt(place.start ?? 0), end: document.positionAt(place.end ?? 0) };
  return { uri: module.uri, range, text, isCertain };
}
