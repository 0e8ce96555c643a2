import type { ProfileFrame, ProfileNode } from "../../../shared/layers/collected.ts";
import { isCall, keptByUser } from "./builtinNames.ts";

export type MutableNode = { -readonly [Key in keyof ProfileNode]: ProfileNode[Key] };

/** Time of an operation without a frame, which may be of a function that is called by the one where it was seen. */
export interface Lost {
  /** Index of the node that has the time. */
  readonly at: number;
  /** Index of the node that calls the functions whose it may be. */
  readonly below: number;
  readonly us: number;
  /** Whether the operation is a step of a call. */
  readonly isCall: boolean;
  /** How much (0 to 1) of such time is seen where it belongs. */
  readonly kept: number;
  /** Whether V8's own functions do the same. */
  readonly isCommon: boolean;
}

/** None for an operation that is always seen where it belongs. */
export function lostBelow(name: string, seen: Pick<Lost, "at" | "below" | "us">): Lost[] {
  const calls = isCall(name);
  const kept = calls ? 0 : keptByUser(name);
  return kept === 1 ? [] : [{ ...seen, isCall: calls, kept, isCommon: !/IC/.test(name) }];
}

/**
 * An operation without a frame, such as loading a property or calling, hides the function that uses it: while it is on
 * top, that one is missing from the stack, and the one that calls it is shown instead. So such time is of the functions that
 * one calls, as much of it as they have themselves; of a call, as far as they call others.
 */
export function moveLost(lost: readonly Lost[], nodes: readonly MutableNode[], frames: readonly ProfileFrame[]): void {
  if (lost.length === 0) {
    return;
  }
  const children = nodes.map((): number[] => []);
  nodes.forEach(({ parent }, index) => {
    children[parent]?.push(index);
  });
  const isScript = (index: number): boolean => {
    const { url = "", line = 0, builtin } = frames[nodes[index]?.frame ?? -1] ?? {};
    return builtin !== true && (url !== "" || line > 0) && !url.startsWith("wasm:");
  };
  const isBuiltin = (index: number): boolean => frames[nodes[index]?.frame ?? -1]?.builtin === true;
  /** Without what may be that of others. */
  const selfUs = nodes.map((node) => node.selfUs);
  for (const { at, below, us } of lost) {
    if (children[below]?.some((index) => index !== at && isScript(index)) === true) {
      selfUs[at] = Math.max(0, (selfUs[at] ?? 0) - us);
    }
  }
  const timeOf = (index: number): number => selfUs[index] ?? 0;
  for (const { at, below, us, isCall: calls, kept, isCommon } of lost) {
    const weights = (children[below] ?? []).flatMap((index) => {
      if (index === at || !(isScript(index) || (isCommon && isBuiltin(index)))) {
        return [];
      }
      const called = children[index] ?? [];
      const weight = calls
        ? called.length === 0
          ? 0
          : called.reduce((sum, each) => sum + timeOf(each), timeOf(index))
        : timeOf(index) * (1 - kept);
      return weight > 0 ? [[index, weight] as const] : [];
    });
    const given = weights.reduce((sum, [, weight]) => sum + weight, 0);
    if (given === 0) {
      continue;
    }
    const all = given + timeOf(below) * kept;
    for (const [index, weight] of weights) {
      const share = (us * weight) / all;
      add(nodes[index], share);
      take(nodes[at], share, at === below);
    }
  }
}

function add(node: MutableNode | undefined, us: number): void {
  if (node !== undefined) {
    node.selfUs += us;
    node.operationUs = (node.operationUs ?? 0) + us;
  }
}

/** @param isOperation Whether the node has it beside its own. */
function take(node: MutableNode | undefined, us: number, isOperation: boolean): void {
  if (node !== undefined) {
    node.selfUs = Math.max(0, node.selfUs - us);
    const operationUs = Math.max(0, (node.operationUs ?? 0) - us);
    if (isOperation && operationUs === 0) {
      delete node.operationUs;
    } else if (isOperation) {
      node.operationUs = operationUs;
    }
  }
}
