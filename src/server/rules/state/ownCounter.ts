import { factsOf } from "../../analysis/moduleFacts.ts";
import type { Use } from "../../analysis/mutations.ts";
import { asCall, asMember, functionAround, lastName, textOf } from "../../analysis/nodes.ts";
import type { Analysis } from "../../source/scopes.ts";

/** `const id = next++; socket.send(JSON.stringify({ id, method }))`: the number tells the answers that this worker waits for. */
export function isOfOwnMessages(analysis: Analysis, uses: readonly Use[]): boolean {
  return (
    uses.some(({ kind }) => kind === "increase") &&
    uses.every((use) => {
      const inside = use.kind === "increase" ? functionAround(analysis, use.node) : undefined;
      return (
        inside !== undefined &&
        (factsOf(analysis).callsIn.get(inside) ?? []).some(
          ({ method, node }) =>
            method === "send" && /JSON\.stringify|payload|message|request/i.test(textOf(analysis, node)),
        )
      );
    })
  );
}

/** `const id = ++next; bodies.set(id, body)`: it numbers what is kept here, which tells by itself whether requests share it. */
export function isOwnKey(analysis: Analysis, uses: readonly Use[]): boolean {
  const increases = uses.filter(({ kind }) => kind === "increase");
  return (
    increases.length > 0 &&
    uses.every((use) => use.kind === "increase" || use.kind === "read" || isNumber(use)) &&
    increases.every(({ node }) => {
      const parent = analysis.parentOf(node);
      const target =
        parent?.type === "VariableDeclarator"
          ? parent.id
          : parent?.type === "AssignmentExpression" && parent.right === node
            ? parent.left
            : undefined;
      const references = target?.type === "Identifier" ? (analysis.bindingOf(target)?.references ?? []) : [];
      return references.some((reference) => {
        const call = asCall(analysis.parentOf(reference));
        const owner = asMember(call?.callee)?.object;
        const isKey = call?.arguments[0] === reference && lastName(call.callee) === "set";
        return isKey && asMember(owner)?.object.type === "ThisExpression";
      });
    })
  );
}

const differs = /Date\.now\(\)|new Date|random|nanoid|uuid|\bpid\b|hrtime|performance\.now|worker/i;

/** `export_${++count}_${Date.now()}`: what else is in the id differs from worker to worker. */
export function isPartOfId(analysis: Analysis, uses: readonly Use[]): boolean {
  const increases = uses.filter(({ kind }) => kind === "increase");
  return (
    increases.length > 0 &&
    uses.every((use) => {
      const parent = analysis.parentOf(use.node);
      const isPart = parent?.type === "TemplateLiteral" && differs.test(textOf(analysis, parent));
      return isPart || (use.kind === "increase" && parent?.type === "ExpressionStatement") || isNumber(use);
    }) &&
    uses.some(({ node }) => analysis.parentOf(node)?.type === "TemplateLiteral")
  );
}

function isNumber(use: Use): boolean {
  return "value" in use && use.value.type === "NumericLiteral";
}

/** `list[next++ % list.length]`, or back to 0 at its end: it only shows whose turn it is. */
export function isTurn(analysis: Analysis, uses: readonly Use[]): boolean {
  let wraps = false;
  const isPart = ({ kind, node }: Use) => {
    const parent = analysis.parentOf(node);
    if (parent?.type === "BinaryExpression") {
      const isEnd = /^[<>=!]=*$/.test(parent.operator) && /\.length$/.test(textOf(analysis, parent.right));
      wraps ||= parent.operator === "%" || isEnd;
      return (parent.operator === "%" && parent.left === node) || isEnd;
    }
    const isIndex = asMember(parent)?.computed === true && asMember(parent)?.property === node;
    return isIndex || (kind === "increase" && parent?.type === "ExpressionStatement");
  };
  const isReset = (use: Use) => "value" in use && use.value.type === "NumericLiteral" && use.value.value === 0;
  return uses.every((use) => isReset(use) || isPart(use)) && wraps;
}
