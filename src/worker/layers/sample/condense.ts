import type { Profiler } from "node:inspector";
import { sep } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type CollectedSample,
  ownCodeUrl,
  type ProfileFrame,
  type ProfileNode,
} from "../../../shared/layers/collected.ts";

export interface CondenseOptions {
  /** The folder of Hitless's own bundles. */
  readonly folder: string;
  /** Microseconds from the beginning that do not count; at most half of a short profile. */
  readonly settlingUs: number;
  /** Whether the order of the ticks is wanted. */
  readonly timeline: boolean;
}

/** Reduces a profile to what attributing its time needs, so that little has to be sent. */
export function condense(
  profile: Profiler.Profile,
  { folder, settlingUs, timeline }: CondenseOptions,
): Pick<CollectedSample, "ticks" | "frames" | "nodes" | "timeline"> {
  const own = [folder + sep, pathToFileURL(folder + sep).href];
  const frames: ProfileFrame[] = [];
  const frameIndexes = new Map<string, number>();
  const frameOf = ({ functionName, url, lineNumber, columnNumber }: Profiler.ProfileNode["callFrame"]): number => {
    const key = `${url}:${lineNumber}:${columnNumber}:${functionName}`;
    const known = frameIndexes.get(key);
    if (known !== undefined) {
      return known;
    }
    const shown = own.some((start) => url.startsWith(start)) ? ownCodeUrl : url;
    frameIndexes.set(key, frames.length);
    return frames.push({ name: functionName, url: shown, line: lineNumber + 1, column: columnNumber + 1 }) - 1;
  };
  const { selfUs, ticks, order } = selfTimes(profile, settlingUs);
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const indexes = new Map<number, number>();
  const nodes: ProfileNode[] = [];
  for (const { id, callFrame, positionTicks } of parentsFirst(profile)) {
    indexes.set(id, nodes.length);
    const lines = positionTicks?.map(({ line, ticks }) => [line, ticks] as const);
    nodes.push({
      frame: frameOf(callFrame),
      parent: indexes.get(parents.get(id) ?? -1) ?? -1,
      selfUs: selfUs.get(id) ?? 0,
      ...(lines === undefined || lines.length === 0 ? {} : { lines }),
    });
  }
  const inOrder = order.map(([id, us]) => [indexes.get(id) ?? 0, us] as const);
  return { ticks, frames, nodes, ...(timeline ? { timeline: inOrder } : {}) };
}

/** Microseconds that each node was on top: from each tick to the next. */
function selfTimes(
  { samples = [], timeDeltas = [], startTime, endTime }: Profiler.Profile,
  settlingUs: number,
): {
  readonly selfUs: ReadonlyMap<number, number>;
  readonly ticks: number;
  readonly order: readonly (readonly [id: number, us: number])[];
} {
  const selfUs = new Map<number, number>();
  const from = startTime + Math.max(0, Math.min(settlingUs, (endTime - startTime) / 2));
  let now = startTime;
  // The profiler may record two ticks in the wrong order.
  const ticks = samples
    .map((node, index) => {
      now += timeDeltas[index] ?? 0;
      return { node, at: now };
    })
    .filter(({ at }) => at >= from)
    .sort((a, b) => a.at - b.at);
  const order = ticks.map(({ node, at }, index) => {
    const us = (ticks[index + 1]?.at ?? Math.max(at, endTime)) - at;
    selfUs.set(node, (selfUs.get(node) ?? 0) + us);
    return [node, us] as const;
  });
  return { selfUs, ticks: ticks.length, order };
}

function parentsFirst({ nodes }: Profiler.Profile): Profiler.ProfileNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const children = new Set(nodes.flatMap((node) => node.children ?? []));
  const ordered: Profiler.ProfileNode[] = [];
  const open = nodes.filter(({ id }) => !children.has(id));
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    ordered.push(node);
    open.push(...(node.children ?? []).flatMap((id) => byId.get(id) ?? []));
  }
  return ordered;
}
