import type { CollectedSample, ProfileFrame, ProfileNode } from "../../shared/layers/collected.ts";
import type { CpuSample, SampledFunction, SamplePart } from "../../shared/layers/sample.ts";
import { fileOf, type Owner, ownerOf, v8Owner } from "./ownerOf.ts";

/** Functions told of each part. */
const mostFunctions = 20;

export interface AttributionHints {
  /** Names of packages that have an addon loaded. */
  readonly addonPackages: ReadonlySet<string>;
  /** How much (0 to 1) of what a function does itself is the work of V8's built-in functions, by ticks on its lines. */
  readonly builtinShare: (frame: ProfileFrame, lines: NonNullable<ProfileNode["lines"]>) => number;
}

interface Sum {
  readonly owner: Owner;
  us: number;
  readonly functions: Map<string, { readonly frame: ProfileFrame; us: number }>;
}

/**
 * Gives the time of every tick of a sample to exactly one part. What Hitless itself did is left out; the shares of what
 * is left add up to 1. Without any time, all of it counts as unattributed.
 */
export function attribute(
  { frames, nodes }: Pick<CollectedSample, "frames" | "nodes">,
  hints: AttributionHints,
): Pick<CpuSample, "durationMs" | "parts"> {
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
  const surroundings = surroundingsOf(frames, nodes);
  nodes.forEach((node, index) => {
    const frame = frames[node.frame];
    const around = surroundings[index];
    if (frame === undefined || around === undefined || node.selfUs <= 0) {
      return;
    }
    const owner = ownerOf(frame, { ...around, addonPackages: hints.addonPackages });
    if (owner !== undefined) {
      const builtin = isScript(owner) ? hints.builtinShare(frame, node.lines ?? []) : 0;
      if (builtin > 0) {
        give(v8Owner, frame, node.selfUs * builtin);
      }
      if (builtin < 1) {
        give(owner, frame, node.selfUs * (1 - builtin));
      }
    }
  });
  const total = [...sums.values()].reduce((us, sum) => us + sum.us, 0);
  const parts = [...sums.values()].sort((a, b) => b.us - a.us).map((sum) => describePart(sum, total));
  return { durationMs: total / 1_000, parts: parts.length > 0 ? parts : [nothing] };
}

/** A sample in which nothing was seen still has shares that add up. */
const nothing: SamplePart = { id: "native", kind: "native", layer: "bindings", selfMs: 0, share: 1, functions: [] };

function isScript({ kind }: Owner): boolean {
  return kind === "code" || kind === "package";
}

/** For each node, the nearest JavaScript around it. Parents come first, so one pass does. */
function surroundingsOf(
  frames: readonly ProfileFrame[],
  nodes: readonly ProfileNode[],
): { readonly caller: ProfileFrame | undefined; readonly user: ProfileFrame | undefined }[] {
  const found: {
    caller: ProfileFrame | undefined;
    user: ProfileFrame | undefined;
    script: ProfileFrame | undefined;
  }[] = [];
  for (const node of nodes) {
    const frame = frames[node.frame];
    const above = node.parent < 0 ? undefined : found[node.parent];
    const isJavaScript = frame !== undefined && frame.url !== "";
    const isUser = isJavaScript && !frame.url.startsWith("node:");
    found.push({
      caller: above?.script,
      script: isJavaScript ? frame : above?.script,
      user: isUser ? frame : above?.user,
    });
  }
  return found;
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
