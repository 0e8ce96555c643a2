import type { CatalogueEntry, Mechanism } from "../entry.ts";
import type { Dependency } from "../layer.ts";
import { type Operation, operations } from "./operations.ts";

/** What the rows of a table have in common. */
export interface Shared {
  readonly module: string;
  readonly binding: string;
  /** Without `src/`. */
  readonly source: string;
  readonly dependency: Dependency;
  readonly mechanism: Mechanism;
  /** Page of the documentation; default: that of the module. */
  readonly page?: string;
  /** First version of Node.js that has it; default: it is in all that are supported. */
  readonly since?: string;
}

/**
 * The heading of the function in the documentation is found by what its parameters make of it, such as `path-options` of
 * `fs.stat(path[, options])`; by the whole anchor after `#`; or not at all (null), then the link leads to the page.
 */
export type Anchor = string | null;

export type Row = readonly [name: string, anchor: Anchor, ...operations: Operation[]];

export function entriesOf(shared: Shared, rows: readonly Row[]): CatalogueEntry[] {
  const { module, binding, dependency, mechanism, since } = shared;
  return rows.map(([name, anchor, ...needed]) => ({
    module,
    name,
    binding,
    source: `src/${shared.source}`,
    dependency,
    mechanism,
    thread: threadOf(mechanism),
    calls: { linux: callsOf(needed, 0), macos: callsOf(needed, 1), windows: callsOf(needed, 2) },
    docs: docsLink(shared.page ?? module.replace(/\/.*/, ""), `${prefixOf(module)}${name}`, anchor),
    ...(since === undefined ? {} : { since }),
  }));
}

function threadOf(mechanism: Mechanism): CatalogueEntry["thread"] {
  switch (mechanism) {
    case "threadPool":
      return "pool";
    case "process":
    case "thread":
      return "own";
    default:
      return "main";
  }
}

function callsOf(needed: readonly Operation[], system: 0 | 1 | 2): string[] {
  const calls = needed.flatMap((operation) => operations[operation][system].split(" "));
  return [...new Set(calls)].filter((call) => call !== "");
}

/** What stands before the name in the headings: nothing for globals, `fsPromises` for `fs/promises`. */
function prefixOf(module: string): string {
  const [name = "", part = ""] = module.split("/");
  return module === "globals" ? "" : `${name}${part}`;
}

/** nodejs.org makes anchors of headings as GitHub does: lower case, no punctuation but `-` and `_`. */
function docsLink(page: string, heading: string, anchor: Anchor): string {
  const url = `https://nodejs.org/api/${page}.html`;
  if (anchor === null) {
    return url;
  }
  return `${url}#${anchor.startsWith("#") ? anchor.slice(1) : heading.replace(/^.*\.(?=\w+\.prototype\.)|^\w+(?=[A-Z]\w+\.prototype)|\.prototype|[^\w-]/g, "").toLowerCase() + anchor}`;
}
