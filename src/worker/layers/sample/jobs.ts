import type { Profiler } from "node:inspector";
import { isOfJobs } from "./builtinNames.ts";

/** The node on top at a tick, and the microseconds until the next. */
export type Tick = readonly [id: number, us: number];

/** Ids that V8 does not give. */
const jobsId = -1;
const untoldId = -2;

/** A smaller share of the native code without JavaScript tells of no jobs. */
const leastShare = 0.05;

/**
 * Native code below which there is no JavaScript is `(program)` to V8: what the event loop does for V8's objects, or a
 * job of a promise that is a function in C++, as of `then(JSON.parse)`. Its neighbours in time tell jobs: they get a node
 * of their own, `runMicrotasks`. Where it may be either, that is `(native)`.
 */
export function withJobs(
  profile: Profiler.Profile,
  ticks: readonly Tick[],
): { readonly profile: Profiler.Profile; readonly ticks: Tick[] } {
  const [root] = profile.nodes;
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const program = profile.nodes.find(({ callFrame }) => callFrame.functionName === "(program)")?.id;
  const jobs = new Set((root?.children ?? []).flatMap((id) => below(byId.get(id))));
  const passed = new Set(
    profile.nodes.flatMap(({ id, callFrame }) =>
      callFrame.functionName === "(program)" || callFrame.functionName === "(garbage collector)" ? [id] : [],
    ),
  );
  const idle = profile.nodes.find(({ callFrame }) => callFrame.functionName === "(idle)")?.id;
  const seen = ticks.filter(([id]) => jobs.has(id)).length;
  const native = ticks.filter(([id]) => id === program).length;
  if (root === undefined || native === 0 || seen < native * leastShare) {
    return { profile, ticks: [...ticks] };
  }
  const before = neighbours(ticks, passed);
  const after = neighbours([...ticks].reverse(), passed).reverse();
  const told = ticks.map(([id, us], index): Tick => {
    const around = [before[index], after[index]];
    if (id !== program || around.includes(idle)) {
      return [id, us];
    }
    return [around.some((each) => each !== undefined && jobs.has(each)) ? jobsId : untoldId, us];
  });
  const made = [node(jobsId, "runMicrotasks"), node(untoldId, "(native)")].filter((each) =>
    told.some(([id]) => id === each.id),
  );
  const ids = made.map(({ id }) => id);
  return {
    profile: {
      ...profile,
      nodes: [{ ...root, children: [...(root.children ?? []), ...ids] }, ...profile.nodes.slice(1), ...made],
    },
    ticks: told,
  };

  /** Of what is called without JavaScript that is Node's own: what runs jobs, and the app's functions that are such. */
  function below(top: Profiler.ProfileNode | undefined): number[] {
    const { functionName = "", url = "" } = top?.callFrame ?? {};
    const isJob = url === "" ? isOfJobs(functionName) : !url.startsWith("node:");
    if (top === undefined || !isJob) {
      return [];
    }
    const found: number[] = [];
    for (const open = [top]; open.length > 0; ) {
      const next = open.pop();
      if (next !== undefined) {
        found.push(next.id);
        open.push(...(next.children ?? []).flatMap((id) => byId.get(id) ?? []));
      }
    }
    return found;
  }
}

/** For each tick the node of the nearest one before it that is not passed over. */
function neighbours(ticks: readonly Tick[], passed: ReadonlySet<number>): (number | undefined)[] {
  let last: number | undefined;
  return ticks.map(([id]) => {
    const found = last;
    last = passed.has(id) ? last : id;
    return found;
  });
}

function node(id: number, functionName: string): Profiler.ProfileNode {
  return { id, callFrame: { functionName, scriptId: "0", url: "", lineNumber: -1, columnNumber: -1 } };
}
