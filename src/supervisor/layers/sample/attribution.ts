import type { CollectedSample, ProfileFrame, ProfileNode } from "../../../shared/layers/collected.ts";
import type { CpuSample, SampledFunction, SamplePart } from "../../../shared/layers/sample.ts";
import { fileOf } from "./fileOf.ts";
import { nativeInLoop } from "./loopTime.ts";
import { idleOwner, type Owner, v8Owner } from "./owner.ts";
import { ownerOf } from "./ownerOf.ts";
import { callersOf, type LoadedNatives, type Surroundings } from "./surroundings.ts";

/** Functions reported for each part. */
const mostFunctions = 20;

/** A native function gets at most this many times as much of its caller's time as was seen in itself. */
const mostBeside = 2;

type Lines = NonNullable<ProfileNode["lines"]>;

/** Hints from the source texts of the functions. */
export interface SourceHints extends Pick<Surroundings, "compressorOf"> {
  /** Share (0 to 1) of a function's own time that is the work of V8's built-in functions, by ticks on its lines. */
  readonly builtinShare: (frame: ProfileFrame, lines: Lines) => number;
  /** Share (0 to 1) of it on lines that call methods of these names. */
  readonly callShare: (frame: ProfileFrame, lines: Lines, names: ReadonlySet<string>) => number;
}

export interface AttributionHints extends SourceHints {
  readonly natives: LoadedNatives;
}

interface Sum {
  readonly owner: Owner;
  us: number;
  readonly functions: Map<string, { readonly frame: ProfileFrame; us: number }>;
}

/**
 * Assigns the time of every tick of a sample to exactly one part. Hitless's own time is left out; the shares of the
 * rest add up to 1. Without any time, all of it counts as unattributed.
 */
export function attribute(
  collected: Pick<CollectedSample, "frames" | "nodes"> & Partial<Pick<CollectedSample, "thread" | "tls">>,
  hints: AttributionHints,
): Pick<CpuSample, "durationMs" | "parts"> {
  const { frames, nodes } = collected;
  const sums = new Map<string, Sum>();
  const give = (owner: Owner, frame: ProfileFrame, us: number): void => {
    const sum = sums.get(owner.id) ?? { owner, us: 0, functions: new Map() };
    sums.set(owner.id, sum);
    sum.us += us;
    const key = `${frame.url}:${frame.line}:${frame.column}:${frame.name}`;
    const known = sum.functions.get(key) ?? { frame, us: 0 };
    sum.functions.set(key, known);
    known.us += us;
  };
  const callers = callersOf(frames, nodes);
  const owners = nodes.map((node, index) => {
    const frame = frames[node.frame];
    const around = callers[index];
    return frame === undefined || around === undefined ? undefined : ownerOf(frame, { ...around, ...hints });
  });
  const called = nativesCalled({ frames, nodes }, owners);
  nodes.forEach((node, index) => {
    const frame = frames[node.frame];
    const owner = owners[index];
    if (frame === undefined || owner === undefined || node.selfUs <= 0) {
      return;
    }
    let left = 1;
    const giveShare = (to: Owner, share: number): void => {
      const given = Math.min(left, share);
      left -= given;
      if (given > 0) {
        give(to, frame, node.selfUs * given);
      }
    };
    if (isScript(owner)) {
      const lines = node.lines ?? [];
      for (const { owner: native, names, us } of called.get(index) ?? []) {
        giveShare(native, Math.min(hints.callShare(frame, lines, names), (us * mostBeside) / node.selfUs));
      }
      giveShare(v8Owner, hints.builtinShare(frame, lines));
    }
    giveShare(owner, left);
  });
  const inLoop = nativeInLoop(collected);
  const idle = sums.get(idleOwner.id);
  if (inLoop !== undefined && idle !== undefined) {
    idle.us -= inLoop.us;
    sums.set(inLoop.owner.id, { owner: inLoop.owner, us: inLoop.us, functions: new Map() });
  }
  const total = [...sums.values()].reduce((us, sum) => us + sum.us, 0);
  const parts = [...sums.values()].sort((a, b) => b.us - a.us).map((sum) => describePart(sum, total));
  return { durationMs: total / 1_000, parts: parts.length > 0 ? parts : [nothing] };
}

/** A sample without ticks still has shares that add up. */
const nothing: SamplePart = { id: "native", kind: "native", layer: "bindings", selfMs: 0, share: 1, functions: [] };

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
  { frames, nodes }: Pick<CollectedSample, "frames" | "nodes">,
  owners: readonly (Owner | undefined)[],
): ReadonlyMap<number, readonly Called[]> {
  const called = new Map<number, Called[]>();
  nodes.forEach(({ frame, parent, selfUs }, index) => {
    const owner = owners[index];
    const caller = owners[parent];
    const { name, url } = frames[frame] ?? { name: "", url: "" };
    if (owner?.kind === "binding" && url === "" && name !== "" && caller !== undefined && isScript(caller)) {
      const known = called.get(parent) ?? [];
      called.set(parent, known);
      const same = known.find((one) => one.owner.id === owner.id);
      if (same === undefined) {
        known.push({ owner, names: new Set([name]), us: selfUs });
      } else {
        same.names.add(name);
        same.us += selfUs;
      }
    }
  });
  return called;
}

function isScript({ kind }: Owner): boolean {
  return kind === "code" || kind === "package";
}

function describePart({ owner, us, functions }: Sum, total: number): SamplePart {
  const top = [...functions.values()].sort((a, b) => b.us - a.us).slice(0, mostFunctions);
  return { ...owner, selfMs: us / 1_000, share: us / total, functions: top.map(describeFunction) };
}

function describeFunction({ frame, us }: { readonly frame: ProfileFrame; readonly us: number }): SampledFunction {
  const { name, url, line, column } = frame;
  const at = url === "" || line < 1 ? {} : { at: { file: fileOf(url), line, ...(column < 1 ? {} : { column }) } };
  return { name: name === "" ? "(anonymous)" : name, ...at, selfMs: us / 1_000 };
}
