import type { Profiler } from "node:inspector";
import { sep } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type CollectedSample,
  ownCodeUrl,
  type ProfileFrame,
  type ProfileNode,
} from "../../../shared/layers/collected.ts";
import { type BuiltinKind, builtinKind, shownBuiltin } from "./builtinNames.ts";

export interface CondenseOptions {
  /** The folder of Hitless's own bundles. */
  readonly folder: string;
  /** Microseconds from the beginning that do not count; at most half of a short profile. */
  readonly settlingUs: number;
  /** Whether the order of the ticks is wanted. */
  readonly timeline: boolean;
  /** Whether V8's own code has frames. */
  readonly builtins: boolean;
}

type CallFrame = Profiler.ProfileNode["callFrame"];

type MutableNode = { -readonly [Key in keyof ProfileNode]: ProfileNode[Key] };

/** Reduces a profile to what attributing its time needs, so that little has to be sent. */
export function condense(
  profile: Profiler.Profile,
  { folder, settlingUs, timeline, builtins }: CondenseOptions,
): Pick<CollectedSample, "ticks" | "frames" | "nodes" | "timeline"> {
  const own = [folder + sep, pathToFileURL(folder + sep).href];
  const frames: ProfileFrame[] = [];
  const frameIndexes = new Map<string, number>();
  const frameOf = ({ functionName, url, lineNumber, columnNumber }: CallFrame, builtin: boolean): number => {
    const key = `${url}:${lineNumber}:${columnNumber}:${functionName}:${builtin}`;
    const known = frameIndexes.get(key);
    if (known !== undefined) {
      return known;
    }
    const shown = own.some((start) => url.startsWith(start)) ? ownCodeUrl : url;
    const name = builtin ? (shownBuiltin(functionName) ?? functionName) : functionName;
    const place = { line: lineNumber + 1, column: columnNumber + 1 };
    frameIndexes.set(key, frames.length);
    return frames.push({ name, url: shown, ...place, ...(builtin ? { builtin } : {}) }) - 1;
  };
  const { selfUs, ticks, order } = selfTimes(profile, settlingUs);
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  /** Where the calls of each node are put, and where its own time is. */
  const indexes = new Map<number, number>();
  const places = new Map<number, number>();
  const known = new Map<string, number>();
  const nodes: MutableNode[] = [];
  for (const node of parentsFirst(profile)) {
    const { id, callFrame } = node;
    const parent = indexes.get(parents.get(id) ?? -1) ?? -1;
    const us = selfUs.get(id) ?? 0;
    const kind = builtins ? kindOf(node) : undefined;
    const above = nodes[parent];
    if (above !== undefined && above.parent >= 0 && isPartOf(frames[above.frame], callFrame.functionName, kind)) {
      above.selfUs += us;
      above.operationUs = (above.operationUs ?? 0) + us;
      indexes.set(id, parent);
      places.set(id, parent);
      continue;
    }
    const frame = frameOf(callFrame, kind !== undefined);
    // What V8 does between two functions may be one thing or another, so that the same call is there more than once.
    const key = `${parent}:${frame}`;
    const index = known.get(key) ?? nodes.push({ frame, parent, selfUs: 0 }) - 1;
    known.set(key, index);
    // The way into JavaScript is no caller.
    indexes.set(id, kind === "operation" ? parent : index);
    places.set(id, index);
    addTicks(nodes[index], us, node);
  }
  const inOrder = order.map(([id, us]) => [places.get(id) ?? 0, us] as const);
  return { ticks, frames, nodes, ...(timeline ? { timeline: inOrder } : {}) };
}

/** V8's own code has no place, nor lines, which a native function that JavaScript calls has. */
function kindOf({ callFrame, positionTicks }: Profiler.ProfileNode): BuiltinKind | undefined {
  const { functionName, url, lineNumber } = callFrame;
  return url === "" && lineNumber < 0 && positionTicks === undefined ? builtinKind(functionName) : undefined;
}

/** Whether it is a part of what its caller does: an operation, or a step of one of JavaScript's own functions. */
function isPartOf(caller: ProfileFrame | undefined, name: string, kind: BuiltinKind | undefined): boolean {
  return kind === "operation" || (kind === "function" && caller?.builtin === true && shownBuiltin(name) === undefined);
}

function addTicks(node: MutableNode | undefined, us: number, { positionTicks = [] }: Profiler.ProfileNode): void {
  if (node !== undefined) {
    node.selfUs += us;
    if (positionTicks.length > 0) {
      node.lines = [...(node.lines ?? []), ...positionTicks.map(({ line, ticks }) => [line, ticks] as const)];
    }
  }
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
