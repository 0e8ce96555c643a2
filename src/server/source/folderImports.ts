import { posix } from "node:path";

/** A file that lists a folder and loads what it finds: `readdirSync(dir).forEach((name) => require(join(dir, name)))`. */
const lists = /\b(?:readdir|readdirSync|glob|globSync|scandir|requireAll|import\.meta\.glob)\b/;
const loads = /\b(?:require|import)\s?\(\s?(?!["'`][./@\w-]{1,200}["'`]\s?[,)])/;

/** The plugin of Fastify that does. */
const autoloads = /["'](?:@fastify\/autoload|fastify-autoload)["']/;

const joined =
  /\b(?:join|resolve)\(\s?(?:\w{0,20}dirname|import\.meta\.dirname|\w{0,20}DIR(?:NAME)?)\s?([^()]{0,100})\)/g;
const literals = /["'`]([\w./-]{1,100})["'`]/g;
const written =
  /(?:readdir|readdirSync|glob|globSync|scandir|import\.meta\.glob)\(\s?["'`](\.[\w./-]{0,100})|dirname\}?(?: ?\+ ?["'`])?(\/[\w./-]{1,100})/g;
const own = /(?:readdir|readdirSync|scandir)\(\s?(?:\w{0,20}dirname|import\.meta\.dirname)\b/;

/**
 * The folders that a text seems to load whole, as specifiers: `./routes/*`. Which of its files are loaded, and under which names, only
 * a run would show.
 */
export function folderImports(text: string): string[] {
  if (!(lists.test(text) && loads.test(text)) && !autoloads.test(text)) {
    return [];
  }
  const folders = new Set<string>();
  for (const [, parts = ""] of text.matchAll(joined)) {
    const names = [...parts.matchAll(literals)].map(([, name = ""]) => name);
    add(folders, names.join("/"));
  }
  for (const [, named, beside] of text.matchAll(written)) {
    add(folders, named ?? `.${beside}`);
  }
  if (own.test(text)) {
    folders.add("./*");
  }
  return [...folders].slice(0, mostFolders);
}

function add(folders: Set<string>, path: string): void {
  const folder = posix.normalize(path === "" ? "." : path);
  if (folder !== "." && !posix.isAbsolute(folder) && posix.extname(folder) === "") {
    folders.add(`${folder.startsWith(".") ? "" : "./"}${folder.replace(/\/$/, "")}/*`);
  }
}

/** A text that names more of them is no loader. */
const mostFolders = 8;

/** The specifiers of several folders in one, as the module of what is loaded by its name. */
export function joinedFolders(folders: readonly string[]): string {
  return folders.join("|");
}

/** Whether `./routes/*` of a file, or one of several, holds another: itself, or in a folder of its own there. */
export function isInFolder(from: string, specifier: string, path: string): boolean {
  return specifier.split("|").some((one) => {
    const folder = posix.join(posix.dirname(from), one.slice(0, -"*".length));
    const inside = folder === "./" ? path : path.startsWith(folder) ? path.slice(folder.length) : undefined;
    return path !== from && inside !== undefined && inside.split("/").length <= (one === "./*" ? 1 : 3);
  });
}

const alias =
  /^(?:(?:@@?|~~?)\/|#\/?|\$(?=lib\/)|(?=src\/)|@(?=(?:adapters?|api|app|application|backend|common|configs?|constants|controllers?|core|daos?|database|db|decorators|domains?|dtos?|entities|errors|events|features|handlers?|helpers?|http|infra|infrastructure|interfaces|jobs|kernel|libs?|loaders|middlewares?|models?|modules|plugins?|presentation|providers|queues?|repositor(?:y|ies)|root|routes?|routers?|schemas?|server|services?|shared|sockets?|src|types|use-?cases|utils?|validat(?:ions?|ors?)|workers)\/))(?=[\w.-])/;

/**
 * What is left of a specifier that looks like an alias of the own package: `users` of `@/users`, `~/users`, `src/users`, `#users`, and
 * `services/users` of `@services/users`. Only a guess, for projects that tell a bundler or a loader what it means.
 */
export function withoutAlias(specifier: string): string | undefined {
  const start = alias.exec(specifier)?.[0];
  return start === undefined ? undefined : specifier.slice(start.length);
}

const ownStart = "./~/";

/** The specifier of a file of the own package that is not imported by a relative path: `./~/@/users`. */
export function asOwn(specifier: string): string {
  return `${ownStart}${specifier}`;
}

/** The same as it is written in the file: `@/users` of `./~/@/users`; a relative path as it is. */
export function asWritten(specifier: string): string {
  return specifier.startsWith(ownStart) ? specifier.slice(ownStart.length) : specifier;
}
