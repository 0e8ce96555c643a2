import type { Profiler } from "node:inspector";
import { sep } from "node:path";
import { pathToFileURL } from "node:url";
import { type CollectedSample, ownCodeUrl, type ProfileFrame } from "../../../shared/layers/collected.ts";
import { type BuiltinKind, builtinKind, callsGiven, shownBuiltin } from "./builtinNames.ts";
import { type Tick, withJobs } from "./jobs.ts";
import { type Lost, lostBelow, type MutableNode, moveLost } from "./lostFrames.ts";

/** Microseconds between two ticks. */
export const intervalUs = 1_000;

export interface CondenseOptions {
  /** The folder of Hitless's own bundles. */
  readonly folder: string;
  /** Microseconds from the beginning that do not count; at most half of a short profile. */
  readonly settlingUs: number;
  /** Microseconds in which the thread could have run and had no CPU; 0 where that is unknown. */
  readonly waitedUs?: number;
  /** Whether the order of the ticks is wanted. */
  readonly timeline: boolean;
  /** Whether V8's own code has frames. */
  readonly builtins: boolean;
}

/** Of a loop's own time, in which what it calls would have been seen. */
const leastAloneUs = 5 * intervalUs;

type CallFrame = Profiler.ProfileNode["callFrame"];

/** Reduces a profile to what attributing its time needs, so that little has to be sent. */
export function condense(
  taken: Profiler.Profile,
  { folder, settlingUs, waitedUs = 0, timeline, builtins }: CondenseOptions,
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
    const name = builtin ? (shownBuiltin(functionName) ?? plainName(functionName)) : functionName;
    const place = { line: lineNumber + 1, column: columnNumber + 1 };
    frameIndexes.set(key, frames.length);
    return frames.push({ name, url: shown, ...place, ...(builtin ? { builtin } : {}) }) - 1;
  };
  const { profile, ticks: order } = withJobs(taken, ticksOf(taken, settlingUs));
  const selfUs = selfTimes(profile, order, waitedUs);
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  /** Where the calls of each node are put, and where its own time is. */
  const indexes = new Map<number, number>();
  const places = new Map<number, number>();
  const known = new Map<string, number>();
  const nodes: MutableNode[] = [];
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const lost: Lost[] = [];
  for (const node of parentsFirst(profile)) {
    const { id, callFrame } = node;
    const parent = indexes.get(parents.get(id) ?? -1) ?? -1;
    const us = selfUs.get(id) ?? 0;
    const kind = builtins ? kindIn(node, us, byId) : undefined;
    const above = nodes[parent];
    if (above !== undefined && above.parent >= 0 && isPartOf(frames[above.frame], callFrame.functionName, kind)) {
      above.selfUs += us;
      above.operationUs = (above.operationUs ?? 0) + us;
      if (kind === "operation" && us > 0 && isCalledFrom(node, parents, byId)) {
        lost.push(...lostBelow(callFrame.functionName, { at: parent, below: parent, us }));
      }
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
    if (kind === "operation" && us > 0) {
      lost.push(...lostBelow(callFrame.functionName, { at: index, below: parent, us }));
    }
  }
  moveLost(lost, nodes, frames);
  const inOrder = order.map(([id, us]) => [places.get(id) ?? 0, us] as const);
  return { ticks: order.length, frames, nodes, ...(timeline ? { timeline: inOrder } : {}) };
}

/** What leads into a function in C++ stands for it. */
function plainName(name: string): string {
  return name.startsWith("CEntry_") ? "(built-in function)" : name;
}

/** V8's own code has no place, nor lines, which a native function that JavaScript calls has. */
function kindOf({ callFrame, positionTicks }: Profiler.ProfileNode): BuiltinKind | undefined {
  const { functionName, url, lineNumber } = callFrame;
  return url === "" && lineNumber < 0 && positionTicks === undefined ? builtinKind(functionName) : undefined;
}

/**
 * What calls its argument for each entry is a part of the function that it works for, unless nothing is seen that it
 * calls: then that is one of V8's functions in C++, which have no frames (`lines.map(JSON.parse)`).
 */
function kindIn(
  node: Profiler.ProfileNode,
  us: number,
  byId: ReadonlyMap<number, Profiler.ProfileNode>,
): BuiltinKind | undefined {
  const kind = kindOf(node);
  if (kind !== "operation" || !callsGiven(node.callFrame.functionName)) {
    return kind;
  }
  const called = (node.children ?? []).flatMap((id) => byId.get(id) ?? []);
  const isAlone = called.every((each) => kindOf(each) !== undefined);
  const isBuiltinCalled = called.some((each) => builtinKind(each.callFrame.functionName) !== undefined);
  return isAlone && (us >= leastAloneUs || isBuiltinCalled) ? "function" : kind;
}

/** Whether it is a part of what its caller does: an operation, or a step of one of JavaScript's own functions. */
function isPartOf(caller: ProfileFrame | undefined, name: string, kind: BuiltinKind | undefined): boolean {
  return kind === "operation" || (kind === "function" && caller?.builtin === true && shownBuiltin(name) === undefined);
}

/**
 * Whether V8 found it below a function, or below what leads into one: below another operation, the function that uses it
 * is known.
 */
function isCalledFrom(
  { id }: Profiler.ProfileNode,
  parents: ReadonlyMap<number, number>,
  byId: ReadonlyMap<number, Profiler.ProfileNode>,
): boolean {
  const above = byId.get(parents.get(id) ?? -1);
  return (
    above === undefined ||
    kindOf(above) !== "operation" ||
    (above.children ?? []).some((each) => {
      const node = byId.get(each);
      return node !== undefined && kindOf(node) === undefined;
    })
  );
}

function addTicks(node: MutableNode | undefined, us: number, { positionTicks = [] }: Profiler.ProfileNode): void {
  if (node !== undefined) {
    node.selfUs += us;
    if (positionTicks.length > 0) {
      node.lines = [...(node.lines ?? []), ...positionTicks.map(({ line, ticks }) => [line, ticks] as const)];
    }
  }
}

function ticksOf({ samples = [], timeDeltas = [], startTime, endTime }: Profiler.Profile, settlingUs: number): Tick[] {
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
  return ticks.map(({ node, at }, index) => [node, (ticks[index + 1]?.at ?? Math.max(at, endTime)) - at]);
}

/** A longer time between two ticks means that one of the two threads had no CPU. */
const longestTickUs = 2 * intervalUs;

/**
 * Microseconds that each node was on top. On a machine that is busy with other things a thread that waits for a CPU does
 * so in whatever function it was taken away from, many times as long as a tick: such time is shared out among all that
 * was seen, apart for idle time.
 */
function selfTimes({ nodes }: Profiler.Profile, ticks: readonly Tick[], waitedUs: number): ReadonlyMap<number, number> {
  const idle = new Set(nodes.flatMap(({ id, callFrame }) => (callFrame.functionName === "(idle)" ? [id] : [])));
  const excess = ticks.reduce((sum, [, us]) => sum + Math.max(0, us - longestTickUs), 0);
  const cut = excess === 0 ? 0 : Math.min(1, waitedUs / excess);
  const selfUs = new Map<number, number>();
  for (const some of [ticks.filter(([id]) => idle.has(id)), ticks.filter(([id]) => !idle.has(id))]) {
    const kept = some.map(([id, us]) => [id, us - cut * Math.max(0, us - longestTickUs)] as const);
    const sum = (all: readonly Tick[]): number => all.reduce((total, [, us]) => total + us, 0);
    const scale = sum(kept) === 0 ? 0 : sum(some) / sum(kept);
    for (const [id, us] of kept) {
      selfUs.set(id, (selfUs.get(id) ?? 0) + us * scale);
    }
  }
  return selfUs;
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
