import type { CollectedSample, ProfileFrame, ProfileNode } from "../../../shared/layers/collected.ts";
import type { CpuSample, SampledFunction, SamplePart } from "../../../shared/layers/sample.ts";
import { messaging, nativesThroughV8 } from "./bindingTable.ts";
import { callTree } from "./callTree.ts";
import { describeFrame } from "./describeFrame.ts";
import { nativeInLoop } from "./loopTime.ts";
import { compressorsSeen } from "./nativeOwner.ts";
import { bindingOwner, idleOwner, nativeOwner, type Owner, unsureOwner, v8Owner } from "./owner.ts";
import { ownerOf } from "./ownerOf.ts";
import { type CallLine, ownCallers, ownFunctions, type TimeShare } from "./ownTime.ts";
import { type Callers, callersOf, type LoadedNatives, type Surroundings } from "./surroundings.ts";

/** Functions reported for each part. */
const mostFunctions = 20;

/** A native function gets at most this many times as much of its caller's time as was seen in itself. */
const mostBeside = 2;

type Lines = NonNullable<ProfileNode["lines"]>;

/** What the profile shows of the calls of a function and to it. */
export interface CallsAround {
  /** Names of the functions that are called by it. */
  readonly framed: ReadonlySet<string>;
  /** The JavaScript that calls it. */
  readonly caller?: ProfileFrame | undefined;
}

/** Hints from the source texts of the functions. */
export interface SourceHints extends Pick<Surroundings, "compressorOf" | "mentions"> {
  /**
   * Shares (0 to 1) of a function's own time, by ticks on its lines, that are the work of V8's built-in functions, and
   * that may be either theirs or its own.
   */
  readonly builtinShares: (
    frame: ProfileFrame,
    lines: Lines,
    around: CallsAround,
  ) => { readonly builtin: number; readonly unsure: number };
  /** Share (0 to 1) of it on lines that call methods of these names, or any functions. */
  readonly callShare: (frame: ProfileFrame, lines: Lines, names: ReadonlySet<string>, isMethod?: boolean) => number;
  /** Whether a promise is given one of V8's built-in functions: its time is seen as that of native code without JavaScript. */
  readonly jobsAreBuiltins: () => boolean;
  /** Names of all that a function calls; `undefined` if its text is unknown. */
  readonly namesCalledIn: (frame: ProfileFrame) => ReadonlySet<string> | undefined;
  readonly callLine: CallLine;
}

export interface AttributionHints extends SourceHints {
  readonly natives: LoadedNatives;
  readonly packages: Surroundings["packages"];
}

type Profile = Pick<CollectedSample, "frames" | "nodes"> & Partial<Pick<CollectedSample, "builtins">>;

interface Sum {
  readonly owner: Owner;
  us: number;
  readonly functions: Map<ProfileFrame, { us: number; readonly callers: Map<ProfileFrame, number> }>;
}

/**
 * Assigns the time of every tick of a sample to exactly one part. Hitless's own time is left out; the shares of the
 * rest add up to 1. Without any time, all of it counts as unattributed.
 */
export function attribute(
  collected: Profile & Partial<Pick<CollectedSample, "thread" | "processMs" | "loopIdleMs" | "tls">>,
  hints: AttributionHints,
): Pick<CpuSample, "durationMs" | "parts" | "own" | "tree"> {
  const { frames, nodes } = collected;
  const callers = callersOf(frames, nodes);
  const compressorSeen = compressorsSeen(frames, nodes, callers);
  const compressorOf = (user: ProfileFrame): string | undefined => hints.compressorOf(user) ?? compressorSeen(user);
  const owners = nodes.map((node, index) => {
    const frame = frames[node.frame];
    const around = callers[index];
    return frame === undefined || around === undefined
      ? undefined
      : ownerOf(frame, { ...around, ...hints, compressorOf });
  });
  const program = nodes.findIndex(({ frame }) => frames[frame]?.name === "(program)");
  if (program !== -1 && hints.jobsAreBuiltins()) {
    owners[program] = nativeOwner;
  }
  const shares = shareTime(collected, owners, callers, hints);
  const callerOf = ownCallers(nodes, owners);
  const sums = sumParts(shares, (node) => {
    const caller = callerOf[node];
    return caller === undefined || caller === node ? undefined : frames[nodes[caller]?.frame ?? -1];
  });
  const inLoop = nativeInLoop(collected);
  const idle = sums.get(idleOwner.id);
  if (inLoop !== undefined && idle !== undefined) {
    idle.us -= inLoop.us;
    const sum: Sum = sums.get(inLoop.owner.id) ?? { owner: inLoop.owner, us: 0, functions: new Map() };
    sums.set(inLoop.owner.id, sum);
    sum.us += inLoop.us;
  }
  const total = [...sums.values()].reduce((us, sum) => us + sum.us, 0);
  const parts = [...sums.values()].sort((a, b) => b.us - a.us).map((sum) => describePart(sum, total));
  return {
    durationMs: total / 1_000,
    parts: parts.length > 0 ? parts : [nothing],
    own: ownFunctions({ frames, nodes, owners, shares, callerOf }, hints),
    tree: callTree({ frames, nodes, owners, shares }),
  };
}

/** Divides the own time of each node among those whose it is. */
function shareTime(
  { frames, nodes, builtins }: Profile,
  owners: readonly (Owner | undefined)[],
  callers: readonly Callers[],
  hints: AttributionHints,
): TimeShare[] {
  const shares: TimeShare[] = [];
  const others = new Map<string, ProfileFrame>();
  const renamed = (frame: ProfileFrame, name: string): ProfileFrame => {
    const found = others.get(name) ?? { ...frame, name };
    others.set(name, found);
    return found;
  };
  const called = nativesCalled({ frames, nodes }, owners, hints.natives);
  // Without V8's own code, what calling costs is seen in the caller's caller.
  const calling = builtins === false ? othersCalling({ frames, nodes }, owners) : new Map<number, Set<string>>();
  const framed = namesCalled({ frames, nodes });
  nodes.forEach((node, index) => {
    const frame = frames[node.frame];
    const owner = owners[index];
    if (frame === undefined || owner === undefined || node.selfUs <= 0) {
      return;
    }
    const shown = isAddon(owner) ? renamed(frame, hints.natives.nameOf(frame.name, callers[index]?.caller)) : frame;
    const { selfUs, operationUs = 0 } = node;
    // The language's own operations are the function's.
    let leftUs = selfUs - operationUs;
    const give = (to: Owner, us: number): void => {
      if (us > 0) {
        shares.push({ node: index, frame: shown, owner: to, us });
      }
    };
    if (isScript(owner) && leftUs > 0) {
      const linedUs = leftUs;
      const giveShare = (to: Owner, us: number): void => {
        const given = Math.min(leftUs, us);
        leftUs -= given;
        give(to, given);
      };
      const lines = node.lines ?? [];
      for (const { owner: native, names, us } of called.get(index) ?? []) {
        const most = [...names].every((name) => nativesThroughV8.has(name)) ? linedUs : us * mostBeside;
        giveShare(native, Math.min(linedUs * hints.callShare(frame, lines, names), most));
      }
      const unseen = new Set([...clones].filter((name) => framed.get(node.frame)?.has(name) !== true));
      if (unseen.size > 0) {
        giveShare(bindingOwner(messaging), linedUs * hints.callShare(frame, lines, unseen, false));
      }
      const around = { framed: framed.get(node.frame) ?? noNames, caller: callers[index]?.caller };
      const { builtin, unsure } = hints.builtinShares(frame, lines, around);
      giveShare(v8Owner, linedUs * builtin);
      giveShare(unsureOwner(owner.name), linedUs * unsure);
      const others = calling.get(index);
      if (others !== undefined) {
        giveShare(unsureOwner(owner.name), linedUs * hints.callShare(frame, lines, others, false));
      }
    }
    give(owner, leftUs + operationUs);
  });
  return shares;
}

/** @param callerOf The own function that the time of a node was spent for. */
function sumParts(
  shares: readonly TimeShare[],
  callerOf: (node: number) => ProfileFrame | undefined,
): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const { node, frame, owner, us } of shares) {
    const sum: Sum = sums.get(owner.id) ?? { owner, us: 0, functions: new Map() };
    sums.set(owner.id, sum);
    sum.us += us;
    const known = sum.functions.get(frame) ?? { us: 0, callers: new Map() };
    sum.functions.set(frame, known);
    known.us += us;
    const caller = callerOf(node);
    if (caller !== undefined) {
      known.callers.set(caller, (known.callers.get(caller) ?? 0) + us);
    }
  }
  return sums;
}

/** A sample without ticks still has shares that add up. */
const nothing: SamplePart = { id: "native", kind: "native", layer: "bindings", selfMs: 0, share: 1, functions: [] };

const noNames: ReadonlySet<string> = new Set();

/** Do all by V8's own means, so that they may not be seen at all. */
const clones = nativesThroughV8;

/** For each frame the names of the functions that are seen below it. */
function namesCalled({ frames, nodes }: Profile): ReadonlyMap<number, Set<string>> {
  const names = new Map<number, Set<string>>();
  for (const { frame, parent } of nodes) {
    const caller = nodes[parent]?.frame;
    const { name, builtin = false } = frames[frame] ?? { name: "" };
    // Optimized code calls V8's own functions without a frame, too.
    if (caller !== undefined && !builtin) {
      const known = names.get(caller) ?? new Set();
      names.set(caller, known);
      // `Object.method` and `get property` are called by their last word.
      known.add(name.slice(Math.max(name.lastIndexOf("."), name.lastIndexOf(" ")) + 1));
    }
  }
  return names;
}

/** Native functions of one owner that a node calls. */
interface Called {
  readonly owner: Owner;
  readonly names: Set<string>;
  us: number;
}

/**
 * For each node the native functions that it calls, mainly those of SQLite and of addons. While these create objects,
 * such as the rows of a query, V8 shows their caller on top, at the line of the call.
 */
function nativesCalled(
  { frames, nodes }: Profile,
  owners: readonly (Owner | undefined)[],
  { namesOf }: LoadedNatives,
): ReadonlyMap<number, readonly Called[]> {
  const called = new Map<number, Called[]>();
  nodes.forEach(({ frame, parent, selfUs }, index) => {
    const owner = owners[index];
    const caller = owners[parent];
    const { name, url } = frames[frame] ?? { name: "", url: "" };
    if (owner?.kind === "binding" && url === "" && caller !== undefined && isScript(caller)) {
      const names = isAddon(owner) ? namesOf(name, frames[nodes[parent]?.frame ?? -1]) : new Set([name]);
      const known = called.get(parent) ?? [];
      called.set(parent, known);
      const same = known.find((one) => one.owner.id === owner.id);
      if (same === undefined) {
        known.push({ owner, names: new Set(names), us: selfUs });
      } else {
        for (const each of names) {
          same.names.add(each);
        }
        same.us += selfUs;
      }
    }
  });
  return called;
}

/** For each node the names of the functions of others that it calls, and that call functions themselves. */
function othersCalling(
  { frames, nodes }: Profile,
  owners: readonly (Owner | undefined)[],
): ReadonlyMap<number, ReadonlySet<string>> {
  const found = new Map<number, Set<string>>();
  for (const { frame, parent } of nodes) {
    const between = nodes[parent];
    const caller = between?.parent ?? -1;
    const [owner, other] = [owners[caller], owners[parent]];
    if (between === undefined || owner === undefined || other === undefined || owner.id === other.id) {
      continue;
    }
    if (isScript(owner) && (isScript(other) || other.kind === "node") && (frames[frame]?.url ?? "") !== "") {
      const { name } = frames[between.frame] ?? { name: "" };
      found.set(caller, (found.get(caller) ?? new Set()).add(name.slice(name.lastIndexOf(".") + 1)));
    }
  }
  return found;
}

function isAddon({ kind, dependency }: Owner): boolean {
  return kind === "binding" && dependency === undefined;
}

function isScript({ kind }: Owner): boolean {
  return kind === "code" || kind === "package";
}

function describePart({ owner, us, functions }: Sum, total: number): SamplePart {
  const top = [...functions].sort(([, a], [, b]) => b.us - a.us).slice(0, mostFunctions);
  const described = top.map(([frame, { us: own, callers }]): SampledFunction => {
    const [caller] = [...callers].sort(([, a], [, b]) => b - a);
    return {
      ...describeFrame(frame),
      selfMs: own / 1_000,
      ...(caller === undefined ? {} : { caller: { ...describeFrame(caller[0]), ms: caller[1] / 1_000 } }),
    };
  });
  return { ...owner, selfMs: us / 1_000, share: us / total, functions: described };
}
