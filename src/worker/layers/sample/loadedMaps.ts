import type { Session } from "node:inspector";
import { findSourceMap } from "node:module";
import { fileURLToPath } from "node:url";
import type { CollectedSample, LoadedMap } from "../../../shared/layers/collected.ts";

/** Files whose maps are looked for: those with the most time. */
const mostFiles = 60;
/** Characters of a map, without the texts that it may hold. */
const longestMap = 4_000_000;

/**
 * The source maps of the busiest files, as far as this process has them in memory: loaders such as tsx and ts-node
 * translate what they load, so that the map is on no disk.
 */
export function loadedMaps(
  { frames, nodes }: Pick<CollectedSample, "frames" | "nodes">,
  session: Session,
): LoadedMap[] {
  const times = new Map<string, number>();
  for (const { frame, selfUs } of nodes) {
    const url = frames[frame]?.url ?? "";
    if (url.startsWith("file:") || url.startsWith("/") || /^[A-Za-z]:\\/.test(url)) {
      times.set(url, (times.get(url) ?? 0) + selfUs);
    }
  }
  const busiest = [...times].sort((one, other) => other[1] - one[1]).slice(0, mostFiles);
  const maps: LoadedMap[] = [];
  const missing: string[] = [];
  for (const [url] of busiest) {
    const payload = payloadOf(url);
    if (payload !== undefined) {
      maps.push({ url, map: payload });
    } else if (/\.[cm]?tsx?$/.test(url)) {
      missing.push(url);
    }
  }
  return missing.length === 0 ? maps : [...maps, ...mapsInScripts(missing, session)];
}

/** Node.js keeps them while source maps are enabled, as tsx does. */
function payloadOf(url: string): string | undefined {
  try {
    const path = url.startsWith("file:") ? fileURLToPath(url) : url;
    const found = findSourceMap(url) ?? findSourceMap(path);
    if (found === undefined) {
      return undefined;
    }
    const { sourcesContent: _texts, ...payload } = found.payload as typeof found.payload & { sourcesContent?: unknown };
    const text = JSON.stringify(payload);
    return text.length > longestMap ? undefined : text;
  } catch {
    return undefined;
  }
}

/** What the scripts themselves say, as V8 has them: a loader such as ts-node puts the map there. */
function mapsInScripts(urls: readonly string[], session: Session): LoadedMap[] {
  const found = new Map<string, string>();
  const listen = ({ params }: { params: { url: string; sourceMapURL?: string | undefined } }): void => {
    if (params.sourceMapURL?.startsWith("data:") === true && urls.includes(params.url)) {
      found.set(params.url, params.sourceMapURL);
    }
  };
  session.on("Debugger.scriptParsed", listen);
  session.post("Debugger.enable");
  session.post("Debugger.disable");
  session.removeListener("Debugger.scriptParsed", listen);
  return [...found].flatMap(([url, map]) => (map.length > longestMap ? [] : [{ url, map }]));
}
