import type { Node } from "@babel/types";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { conditionAround, leavesBefore } from "../development.ts";
import { around, settledValue } from "../nodes.ts";

/** A condition that lets the primary of a cluster through and no worker, or the other way round. */
export interface PrimaryTest {
  readonly test: Node;
  /** The part of it that asks: `cluster.isPrimary`, or a variable with its value. */
  readonly asked: Node;
  /** Whether that part is false in the primary: `cluster.isWorker`. */
  readonly isNegated: boolean;
}

/** The condition around a node, or before it in its block, by which only the primary of a cluster comes to it. */
export function primaryTest(analysis: Analysis, node: Node): PrimaryTest | undefined {
  if (!analysis.module.text.includes("cluster")) {
    return undefined;
  }
  let below: Node = node;
  for (const parent of around(analysis, node)) {
    const condition = conditionAround(parent, below);
    const found = condition && primaryPart(analysis, condition.test, condition.outcome);
    if (condition !== undefined && found !== undefined) {
      return { test: condition.test, ...found };
    }
    const left = waysOut(analysis, parent).find(({ end }) => end <= (below.start ?? 0));
    if (left !== undefined) {
      return left.found;
    }
    below = parent;
  }
  return undefined;
}

interface WayOut {
  /** Where the statement ends. */
  readonly end: number;
  readonly found: PrimaryTest;
}

const known = new WeakMap<Node, readonly WayOut[]>();

/** The statements of a block that are left by what is no primary: `if (!cluster.isPrimary) return;`. */
function waysOut(analysis: Analysis, block: Node): readonly WayOut[] {
  if (block.type !== "BlockStatement" && block.type !== "Program") {
    return [];
  }
  const before = known.get(block);
  if (before !== undefined) {
    return before;
  }
  const found = leavesBefore(block.body, block).flatMap(({ test, end }) => {
    const part = primaryPart(analysis, test, false);
    return part === undefined || end == null ? [] : [{ end, found: { test, ...part } }];
  });
  known.set(block, found);
  return found;
}

/** Whether something is done by the primary only, which under Hitless runs none of the app's code. */
export function onlyInPrimary(analysis: Analysis, node: Node): boolean {
  return primaryTest(analysis, node) !== undefined;
}

function primaryPart(analysis: Analysis, test: Node, outcome: boolean): Omit<PrimaryTest, "test"> | undefined {
  const value = settledValue(analysis, test);
  const inner = value.type === "UnaryExpression" || value.type === "LogicalExpression" ? value : undefined;
  if (inner?.type === "UnaryExpression" && inner.operator === "!") {
    return asAWhole(test, inner, primaryPart(analysis, inner.argument, !outcome));
  }
  if (inner?.type === "LogicalExpression" && (inner.operator === "&&") === outcome) {
    const part = primaryPart(analysis, inner.left, outcome) ?? primaryPart(analysis, inner.right, outcome);
    return asAWhole(test, inner, part);
  }
  const api = resolveApi(analysis, value);
  const name = api?.module === "cluster" ? api.name : "";
  const isFound = outcome ? name === "isPrimary" || name === "isMaster" : name === "isWorker";
  return isFound ? { asked: test, isNegated: !outcome } : undefined;
}

/** A part of what a variable holds is not to be changed where the variable is asked. */
function asAWhole(
  test: Node,
  inner: Node,
  part: Omit<PrimaryTest, "test"> | undefined,
): Omit<PrimaryTest, "test"> | undefined {
  return part === undefined || test === inner ? part : { asked: test, isNegated: false };
}
