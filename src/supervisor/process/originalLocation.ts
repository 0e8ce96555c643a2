import { existsSync, readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { SourceLocation } from "../../shared/failure.ts";
import { mappedPlace } from "../inspector/originalPlace.ts";

/** Larger files are not read: the supervisor has clients to serve. */
const mostBytes = 16 * 1_048_576;

/**
 * The same place in the source from which a file was compiled, if the file names a source map and that source is there; else
 * the place itself. Node does the same for stacks when it is told to (`--enable-source-maps`).
 */
export function originalLocation(location: SourceLocation): SourceLocation {
  const { file, line, column = 1 } = location;
  const sourceMapUrl = /\/\/[#@] sourceMappingURL=(\S+)\s*$/.exec(sourceText(file))?.[1];
  if (sourceMapUrl === undefined) {
    return location;
  }
  const url = pathToFileURL(file).href;
  const found = mappedPlace({ url, line: line - 1, column: column - 1, sourceMapUrl });
  return found !== undefined && existsSync(found.file) ? found : location;
}

/** Empty for what can't be read, and for what is no file: reading a pipe would never end. */
export function sourceText(file: string): string {
  try {
    const state = statSync(file);
    return state.isFile() && state.size <= mostBytes ? readFileSync(file, "utf8") : "";
  } catch {
    return "";
  }
}
