import { readFileSync, statSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { fileURLToPath } from "node:url";
import type { SourceLocation } from "../../shared/failure.ts";

/** A source map that is larger, in bytes, is not read. */
const largestMap = 20_000_000;

/** A place in a script as V8 tells it. */
export interface ScriptPlace {
  /** As the inspector names the script: a `file:` URL, a path, or another name. */
  readonly url: string;
  /** Counts from 0, as `column` does. */
  readonly line: number;
  readonly column: number;
  /** What `sourceMappingURL` says in the script; empty if it says nothing. */
  readonly sourceMapUrl: string;
}

/** The file and line (from 1) that a person wrote: by the script's source map if it can be read, else those of the script. */
export function originalPlace(place: ScriptPlace): { readonly file: string; readonly line: number } {
  const { file, line } = mappedPlace(place) ?? { file: pathOf(place.url), line: place.line + 1 };
  return { file, line };
}

/** The place, with its column (from 1), that the script's source map names; `undefined` without a map that can be read. */
export function mappedPlace({ url, line, column, sourceMapUrl }: ScriptPlace): Required<SourceLocation> | undefined {
  if (sourceMapUrl === "") {
    return undefined;
  }
  try {
    const base = url.startsWith("file:") ? url : `file://${url}`;
    const payload = readMap(new URL(sourceMapUrl, base));
    const entry = payload && new SourceMap(payload).findEntry(line, column);
    if (entry === undefined || !("originalSource" in entry)) {
      return undefined;
    }
    const root = payload?.sourceRoot === undefined || payload.sourceRoot === "" ? "" : `${payload.sourceRoot}/`;
    const mapUrl = sourceMapUrl.startsWith("data:") ? base : new URL(sourceMapUrl, base).href;
    const source = new URL(root + entry.originalSource, mapUrl).href;
    return source.startsWith("file:")
      ? { file: fileURLToPath(source), line: entry.originalLine + 1, column: entry.originalColumn + 1 }
      : undefined;
  } catch {
    // A map is the app's: whatever is wrong with it, the script's own line is true.
    return undefined;
  }
}

function readMap(url: URL): SourceMapPayload | undefined {
  if (url.protocol === "data:") {
    const [, encoding = "", data = ""] = /^data:[^,]*?(;base64)?,(.*)$/s.exec(url.href) ?? [];
    const text = encoding === "" ? decodeURIComponent(data) : Buffer.from(data, "base64").toString("utf8");
    return JSON.parse(text) as SourceMapPayload;
  }
  const path = url.protocol === "file:" ? fileURLToPath(url) : undefined;
  const state = path === undefined ? undefined : statSync(path);
  // What is no file, such as a pipe, may never end.
  if (path === undefined || state?.isFile() !== true || state.size > largestMap) {
    return undefined;
  }
  return JSON.parse(readFileSync(path, "utf8")) as SourceMapPayload;
}

function pathOf(url: string): string {
  return url.startsWith("file://") ? fileURLToPath(url) : url;
}
