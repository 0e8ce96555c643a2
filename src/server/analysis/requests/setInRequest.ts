import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import type { Analysis } from "../../source/scopes.ts";
import { factsOf } from "../moduleFacts.ts";
import { around, functionAround } from "../nodes.ts";
import { calledFunction, type RequestPath, reachable } from "./requestPath.ts";

/** Calls in calls are followed this far. */
const deepest = 4;

/**
 * Whether each request that reads a variable has set it itself before, so that nothing is left for another: the variable only saves
 * passing something from function to function.
 */
export function isSetByItsReader(
  analysis: Analysis,
  { entries, functions }: RequestPath,
  { writes, reads }: { readonly writes: readonly Node[]; readonly reads: readonly Node[] },
): boolean {
  const certain = writes.filter(
    (node) => conditionsOf(analysis, node).length === 0 || isInBoth(analysis, node, writes),
  );
  // What a function of the request hands on, as to a transaction, is a part of it.
  const outer = [...entries].filter((entry) => {
    const inside = functionAround(analysis, entry);
    return inside === undefined || !functions.has(inside);
  });
  const reading = outer.filter((entry) => reaches(analysis, entry, reads));

  return (
    certain.length > 0 && reading.length > 0 && reading.every((entry) => isSetFirst(analysis, entry, certain, reads, 0))
  );
}

function reaches(analysis: Analysis, from: FunctionNode, places: readonly Node[]): boolean {
  const functions = reachable(analysis, [from]);
  return places.some((place) => functions.has(functionAround(analysis, place) as FunctionNode));
}

function conditionsOf(analysis: Analysis, node: Node): Node[] {
  const inside = functionAround(analysis, node);
  return [...around(analysis, node, inside)].filter(({ type }) =>
    /^(?:IfStatement|ConditionalExpression|LogicalExpression|SwitchCase|CatchClause)$/.test(type),
  );
}

/** `if (isDark) color = "black"; else color = "white";`: it is set either way. */
function isInBoth(analysis: Analysis, node: Node, writes: readonly Node[]): boolean {
  const [condition, ...more] = conditionsOf(analysis, node);
  const isSetIn = (branch: Node | null | undefined) =>
    branch != null &&
    writes.some(
      (write) => conditionsOf(analysis, write)[0] === condition && [...around(analysis, write)].includes(branch),
    );
  return (
    more.length === 0 &&
    condition?.type === "IfStatement" &&
    isSetIn(condition.consequent) &&
    isSetIn(condition.alternate)
  );
}

function isSetFirst(
  analysis: Analysis,
  entry: FunctionNode,
  writes: readonly Node[],
  reads: readonly Node[],
  depth: number,
): boolean {
  const own = (places: readonly Node[]) =>
    places.filter((place) => [...around(analysis, place)].includes(entry)).map(({ start, end }) => ({ start, end }));
  // Those of functions within it as well: `transaction(async () => { await fill(); await show(); })`.
  const calls = factsOf(analysis).calls.flatMap(({ node }) => {
    const isInside = (node.start ?? 0) >= (entry.start ?? 0) && (node.end ?? 0) <= (entry.end ?? 0);
    const called = isInside ? calledFunction(analysis, node) : undefined;
    return called === undefined || called === entry
      ? []
      : [
          {
            start: node.start ?? 0,
            called,
            sets: conditionsOf(analysis, node).length === 0 && reaches(analysis, called, writes),
            asks: reaches(analysis, called, reads),
          },
        ];
  });
  const firstWrite = Math.min(
    ...own(writes).map(({ end }) => end ?? 0),
    ...calls.filter(({ sets }) => sets).map(({ start }) => start),
  );
  const firstRead = Math.min(
    ...own(reads).map(({ start }) => start ?? 0),
    ...calls.filter(({ asks }) => asks).map(({ start }) => start),
  );
  if (firstWrite < firstRead) {
    return true;
  }
  const both = firstWrite === firstRead ? calls.find(({ start }) => start === firstWrite) : undefined;
  return both !== undefined && depth < deepest && isSetFirst(analysis, both.called, writes, reads, depth + 1);
}
