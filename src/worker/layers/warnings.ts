import { sep } from "node:path";
import type { LayerFacts, SourcePosition } from "../../shared/layers/facts.ts";
import type { KeptWarning } from "../process/warningLog.ts";
import { pathOf } from "./modules/pathOf.ts";

type Warning = LayerFacts["api"]["warnings"][number];

/** Describes warnings, with the app's own line. */
export function describeWarnings(kept: readonly KeptWarning[], folder: string): Warning[] {
  return kept.map(({ name, code, message, stack, count }) => {
    const at = firstOwnLine(stack(), folder);
    return {
      name,
      ...(code === undefined ? {} : { code }),
      message,
      ...(at === undefined ? {} : { at }),
      count,
    };
  });
}

/** The first line of a stack that is neither Node's, nor of a package, nor ours. */
function firstOwnLine(stack: string, folder: string): SourcePosition | undefined {
  for (const line of stack.split("\n")) {
    const [, where, row, column] = frame.exec(placeIn(line)) ?? [];
    const file = where === undefined ? undefined : pathOf(where);
    if (file !== undefined && !/[\\/]node_modules[\\/]/.test(file) && !file.startsWith(folder + sep)) {
      return { file, line: Number(row), column: Number(column) };
    }
  }
  return undefined;
}

const frame = /^((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)$/;

/** What stands in the last brackets of `    at name (place)`, or after `at`. */
function placeIn(line: string): string {
  const text = line.trim();
  if (!text.startsWith("at ")) {
    return "";
  }
  const bracket = text.endsWith(")") ? firstPlace(text) : -1;
  return bracket === -1 ? text.slice("at ".length) : text.slice(bracket + 1, -1);
}

/** Names and folders may hold brackets themselves; a place begins as a path or URL does. */
function firstPlace(text: string): number {
  return text.search(/\((?:file:\/\/|\/|[A-Za-z]:[\\/])/);
}
