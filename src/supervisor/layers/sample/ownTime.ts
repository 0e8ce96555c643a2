import type { ProfileFrame, ProfileNode } from "../../../shared/layers/collected.ts";
import type { OwnFunction } from "../../../shared/layers/sample.ts";
import { describeFrame } from "./describeFrame.ts";
import type { Owner } from "./owner.ts";

const mostFunctions = 50;
const mostCalls = 5;

/** Some time of a node, and whose it is. */
export interface TimeShare {
  /** Index of the node. */
  readonly node: number;
  readonly frame: ProfileFrame;
  readonly owner: Owner;
  /** Microseconds. */
  readonly us: number;
}

export interface SharedProfile {
  readonly frames: readonly ProfileFrame[];
  readonly nodes: readonly ProfileNode[];
  /** Of each node. */
  readonly owners: readonly (Owner | undefined)[];
  readonly shares: readonly TimeShare[];
}

/** For each node the nearest node, itself included, that is a function of the app. */
export function ownCallers(
  nodes: readonly ProfileNode[],
  owners: readonly (Owner | undefined)[],
): readonly (number | undefined)[] {
  const found: (number | undefined)[] = [];
  nodes.forEach(({ parent }, index) => {
    found.push(owners[index]?.kind === "code" ? index : found[parent]);
  });
  return found;
}

interface OwnSum {
  readonly frame: ProfileFrame;
  selfUs: number;
  causedUs: number;
  totalUs: number;
  /** By what it called, which is `undefined` for what has no frame: microseconds by the part that they were spent in. */
  readonly calls: Map<ProfileFrame | undefined, Map<string, number>>;
  /** Microseconds in the function itself, by its lines. */
  readonly lines: Map<number, number>;
}

/**
 * The line (from 1) of a function at which it calls another; `undefined` if unknown, or if it may be one of several.
 * @param callee `undefined` for V8's functions that have no frame.
 * @param called All that is seen to be called by it.
 */
export type CallLine = (
  frame: ProfileFrame,
  callee: ProfileFrame | undefined,
  called: ReadonlySet<ProfileFrame>,
) => number | undefined;

/** The functions of the app with the time of all that was done for them. */
export function ownFunctions(
  { frames, nodes, shares, callerOf }: SharedProfile & { readonly callerOf: readonly (number | undefined)[] },
  { callLine }: { readonly callLine: CallLine },
): OwnFunction[] {
  const sums = new Map<number, OwnSum>();
  const sumOf = (index: number): OwnSum => {
    const frame = frames[index] ?? { name: "", url: "", line: 0, column: 0 };
    const known = sums.get(index) ?? { frame, selfUs: 0, causedUs: 0, totalUs: 0, calls: new Map(), lines: new Map() };
    sums.set(index, known);
    return known;
  };
  const called = new Map<ProfileFrame, Set<ProfileFrame>>();
  for (const { node, frame: shown, owner, us } of shares) {
    const caller = callerOf[node];
    const frame = caller === undefined ? undefined : nodes[caller]?.frame;
    if (caller === undefined || frame === undefined) {
      continue;
    }
    const sum = sumOf(frame);
    sum.causedUs += us;
    if (caller === node && owner.kind === "code") {
      sum.selfUs += us;
    } else {
      const first = calledFrom(nodes, caller, node);
      // A native function may have another name than the profiler gives it.
      const callee = caller === node ? undefined : first === node ? shown : frames[nodes[first]?.frame ?? -1];
      const parts = sum.calls.get(callee) ?? new Map<string, number>();
      sum.calls.set(callee, parts);
      parts.set(owner.id, (parts.get(owner.id) ?? 0) + us);
    }
    if (caller === node) {
      addLines(sum.lines, us, nodes[node]?.lines ?? []);
    }
    for (const each of ownAbove(nodes, callerOf, node)) {
      sumOf(each).totalUs += us;
    }
  }
  for (const { frame, parent } of nodes) {
    const [one, above] = [frames[frame], frames[nodes[parent]?.frame ?? -1]];
    if (one !== undefined && above !== undefined) {
      called.set(above, (called.get(above) ?? new Set()).add(one));
    }
  }
  return [...sums.values()]
    .filter(({ totalUs }) => totalUs > 0)
    .sort((a, b) => b.causedUs - a.causedUs || b.totalUs - a.totalUs)
    .slice(0, mostFunctions)
    .map(({ frame, selfUs, causedUs, totalUs, calls, lines }) => {
      const known = called.get(frame) ?? new Set();
      const ticked = mostLine(lines);
      const hasLines = lines.size > 0;
      const made = [...calls]
        .map(([callee, parts]) => {
          const line = callee === undefined ? ticked : undefined;
          return { callee, ...describeCall(callee, parts, line ?? callLine(frame, callee, known)) };
        })
        .sort((a, b) => b.ms - a.ms);
      for (const { callee, line, ms } of made) {
        // Ticks have told of the function itself.
        if (line !== undefined && (callee !== undefined || !hasLines)) {
          lines.set(line, (lines.get(line) ?? 0) + ms * 1_000);
        }
      }
      const most = [...lines].find(([, us]) => us * 2 > causedUs);
      return {
        ...describeFrame(frame),
        selfMs: selfUs / 1_000,
        causedMs: causedUs / 1_000,
        totalMs: totalUs / 1_000,
        ...(most === undefined ? {} : { line: most[0] }),
        calls: made.slice(0, mostCalls).map(({ callee: _callee, ...call }) => call),
      };
    });
}

/** The line that has more than half of the time; `undefined` for none. */
function mostLine(lines: ReadonlyMap<number, number>): number | undefined {
  const all = [...lines.values()].reduce((sum, us) => sum + us, 0);
  return [...lines].find(([, us]) => us * 2 > all)?.[0];
}

/** Shares time out by the ticks of each line. */
function addLines(sums: Map<number, number>, us: number, lines: NonNullable<ProfileNode["lines"]>): void {
  const all = lines.reduce((sum, [, ticks]) => sum + ticks, 0);
  for (const [line, ticks] of lines) {
    sums.set(line, (sums.get(line) ?? 0) + (us * ticks) / all);
  }
}

/** What the caller itself called on the way to a node. */
function calledFrom(nodes: readonly ProfileNode[], caller: number, node: number): number {
  let at = node;
  for (let parent = nodes[at]?.parent ?? -1; parent !== caller && parent >= 0; parent = nodes[at]?.parent ?? -1) {
    at = parent;
  }
  return at;
}

/** The frames of the app on the stack of a node, each once. */
function ownAbove(
  nodes: readonly ProfileNode[],
  callerOf: readonly (number | undefined)[],
  node: number,
): ReadonlySet<number> {
  const found = new Set<number>();
  for (let at = callerOf[node]; at !== undefined; at = callerOf[nodes[at]?.parent ?? -1]) {
    const frame = nodes[at]?.frame;
    if (frame !== undefined) {
      found.add(frame);
    }
  }
  return found;
}

function describeCall(
  callee: ProfileFrame | undefined,
  parts: ReadonlyMap<string, number>,
  line: number | undefined,
): OwnFunction["calls"][number] {
  const [largest] = [...parts].sort(([, a], [, b]) => b - a);
  const us = [...parts.values()].reduce((sum, each) => sum + each, 0);
  const name = callee === undefined ? "" : describeFrame(callee).name;
  return { name, ...(line === undefined ? {} : { line }), ms: us / 1_000, part: largest?.[0] ?? "native" };
}
