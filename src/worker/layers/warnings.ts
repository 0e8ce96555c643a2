import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { LayerFacts, SourcePosition } from "../../shared/layers/facts.ts";

type Warning = LayerFacts["api"]["warnings"][number];

/** Different warnings that are kept. */
const mostKept = 100;
const longestMessage = 500;

export interface Warnings {
  list(): Warning[];
  /** How many were emitted. */
  count(): number;
}

/** Keeps the warnings emitted from now on. A listener of ours changes nothing of how Node prints them. */
export function watchWarnings(folder: string): Warnings {
  const known = new Map<string, Warning>();
  let emitted = 0;
  process.on("warning", (warning: Error & { readonly code?: unknown }) => {
    emitted += 1;
    const { name, message, code, stack } = warning;
    const key = `${name} ${String(code)} ${message}`;
    const before = known.get(key);
    if (before !== undefined) {
      known.set(key, { ...before, count: before.count + 1 });
    } else if (known.size < mostKept) {
      const at = firstOwnLine(stack ?? "", folder);
      known.set(key, {
        name,
        ...(typeof code === "string" ? { code } : {}),
        message: message.slice(0, longestMessage),
        ...(at === undefined ? {} : { at }),
        count: 1,
      });
    }
  });
  return { list: () => [...known.values()], count: () => emitted };
}

const frame = /^\s+at (?:.*\()?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/;

/** The first line of a stack that is neither Node's, nor of a package, nor ours. */
function firstOwnLine(stack: string, folder: string): SourcePosition | undefined {
  for (const line of stack.split("\n")) {
    const [, where, row, column] = frame.exec(line) ?? [];
    if (where !== undefined) {
      const file = where.startsWith("file:") ? fileURLToPath(where) : where;
      if (!/[\\/]node_modules[\\/]/.test(file) && !file.startsWith(folder + sep)) {
        return { file, line: Number(row), column: Number(column) };
      }
    }
  }
  return undefined;
}
