import type { Node } from "@babel/types";
import type { Analysis } from "../../source/scopes.ts";
import { callsOf } from "../atStart.ts";
import { factsOf } from "../moduleFacts.ts";
import { isContainer, isWhole, type Use } from "../mutations.ts";
import { around, functionAround, settledValue } from "../nodes.ts";
import { requestPathOf } from "../requests/requestPath.ts";

/** `this.rows = []; … this.rows.push(row)`: each run empties what it fills, so that nothing of another request is left in it. */
export function isFilledAnew(analysis: Analysis, uses: readonly Use[], inRequest: (node: Node) => boolean): boolean {
  const changes = uses.filter(({ kind, node }) => kind !== "read" && inRequest(node));
  const resets = changes.filter((use) => "value" in use && isEmpty(analysis, use.value) && isWhole(use));
  const others = changes.filter((use) => !resets.includes(use));
  return (
    resets.length > 0 &&
    others.length > 0 &&
    others.every(
      ({ kind, node }) =>
        (kind === "add" || kind === "assign") && resets.some((reset) => comesBefore(analysis, reset.node, node)),
    )
  );
}

/** Whether the first is done whenever the second is, before it. */
function comesBefore(analysis: Analysis, first: Node, second: Node): boolean {
  const block = [...around(analysis, first)].find(({ type }) => type === "BlockStatement");
  return (
    (first.end ?? 0) <= (second.start ?? 0) && block !== undefined && [...around(analysis, second)].includes(block)
  );
}

function isEmpty(analysis: Analysis, value: Node): boolean {
  switch (value.type) {
    case "ArrayExpression":
      return value.elements.length === 0;
    case "ObjectExpression":
      return value.properties.length === 0;
    case "NewExpression":
      return isContainer(analysis, value) && value.arguments.length === 0;
    default:
      return false;
  }
}

/**
 * What a function without parameters looks up, which is called at the start or by a timer too: every worker finds the same, and a
 * request only has it looked up again. Flags and counters that it sets are no such values.
 */
export function isLookedUp(analysis: Analysis, uses: readonly Use[], inRequest: (node: Node) => boolean): boolean {
  const changes = uses.filter(({ kind, node }) => kind !== "read" && inRequest(node));
  return (
    changes.length > 0 &&
    changes.every((use) => {
      const inside = functionAround(analysis, use.node);
      return (
        inside !== undefined &&
        inside.params.length === 0 &&
        "value" in use &&
        !/Literal$/.test(settledValue(analysis, use.value).type) &&
        callsOf(analysis, inside).some(({ file, call }) => !factsOf(file).isTest && !requestPathOf(file).has(call))
      );
    })
  );
}
