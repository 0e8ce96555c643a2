import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { type CollectedSample, ownCodeUrl } from "../../../shared/layers/collected.ts";

/**
 * A sample as the content of a `.cpuprofile` file, which VS Code, Chrome's developer tools and speedscope open:
 * https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile
 */
export function cpuProfile({ startedAt, frames, nodes, timeline = [] }: CollectedSample): string {
  const children = new Map<number, number[]>();
  nodes.forEach(({ parent }, index) => {
    children.set(parent, [...(children.get(parent) ?? []), index + 1]);
  });
  const hits = new Map<number, number>();
  for (const [node] of timeline) {
    hits.set(node, (hits.get(node) ?? 0) + 1);
  }
  const startTime = startedAt * 1_000;
  const length = timeline.reduce((sum, [, us]) => sum + us, 0);
  return JSON.stringify({
    nodes: nodes.map(({ frame, lines }, index) => {
      const { name, url, line, column } = frames[frame] ?? { name: "", url: "", line: 0, column: 0 };
      return {
        id: index + 1,
        callFrame: {
          functionName: url === ownCodeUrl ? `Hitless: ${name}` : name,
          scriptId: "0",
          url: isAbsolute(url) ? pathToFileURL(url).href : url,
          lineNumber: line - 1,
          columnNumber: column - 1,
        },
        hitCount: hits.get(index) ?? 0,
        children: children.get(index) ?? [],
        ...(lines === undefined ? {} : { positionTicks: lines.map(([at, ticks]) => ({ line: at, ticks })) }),
      };
    }),
    startTime,
    endTime: startTime + length,
    samples: timeline.map(([node]) => node + 1),
    // From each tick to the one before it.
    timeDeltas: timeline.map((_, index) => timeline[index - 1]?.[1] ?? 0),
  });
}
