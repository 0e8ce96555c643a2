import type { Class, Node } from "@babel/types";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { callsOf } from "../atStart.ts";
import { exportedValue } from "../exportedFunctions.ts";
import { classOf } from "../methods.ts";
import { factsOf } from "../moduleFacts.ts";
import { asMember, functionAround, keyOf, lastName, settledValue } from "../nodes.ts";
import { requestPathOf } from "../requests/requestPath.ts";

/** Callers of callers are followed this far. */
const deepest = 4;

/** Whether something is done once, when the process of a file starts: at the top of a module, or in what is called there only. */
function isAtStart(analysis: Analysis, node: Node, depth = 0): boolean {
  const inside = functionAround(analysis, node);
  if (inside === undefined) {
    return true;
  }
  const isAsked = depth > deepest || requestPathOf(analysis).functions.has(inside);
  const calls = isAsked ? [] : callsOf(analysis, inside).filter(({ file }) => !factsOf(file).isTest);
  const isCalled =
    inside.type === "ClassMethod" && inside.kind === "constructor" ? madeIn(analysis, inside) : undefined;
  if (isCalled !== undefined) {
    return isCalled.length > 0 && isCalled.every(({ file, made }) => isAtStart(file, made, depth + 1));
  }
  // `(async () => { … })()`
  const parent = analysis.parentOf(inside);
  const isRun = parent?.type === "CallExpression" && parent.callee === inside;
  return (
    !isAsked &&
    (isRun
      ? isAtStart(analysis, parent, depth + 1)
      : calls.length > 0 && calls.every(({ file, call }) => isAtStart(file, call, depth + 1)))
  );
}

interface Made {
  readonly file: Analysis;
  readonly made: Node;
}

function madeIn(analysis: Analysis, method: Node): Made[] {
  const owner = analysis.parentOf(analysis.parentOf(method) ?? method);
  return owner?.type === "ClassDeclaration" || owner?.type === "ClassExpression" ? madeOf(analysis, owner) : [];
}

/** Where objects of a class are made, in its own file and in those that import it. */
function madeOf(analysis: Analysis, owner: Class): Made[] {
  const own = factsOf(analysis).calls.filter(({ node }) => classOf(analysis, node) === owner);
  const importers = analysis.files?.importers(analysis.module, /\bnew\s/) ?? [];
  const others = importers.flatMap((file) =>
    factsOf(file).isTest
      ? []
      : factsOf(file).calls.flatMap(({ node }) => {
          const api = node.type === "NewExpression" ? resolveApi(file, node) : undefined;
          const leadsHere =
            api?.module.startsWith(".") === true && file.files?.leadsTo(file.module, api.module, analysis.module);
          const made = leadsHere === true && api !== undefined ? exportedValue(analysis, api.name) : undefined;
          return made?.analysis === analysis && settledValue(analysis, made.node) === owner
            ? [{ file, made: node }]
            : [];
        }),
  );
  return [...own.map(({ node }) => ({ file: analysis, made: node })), ...others];
}

/**
 * The names of what holds the objects of a class, of which all are made when a worker starts, so that what they keep outlives each
 * request; `undefined` where one is made later, or none is known.
 */
export function lastingHolders(analysis: Analysis, owner: Class): readonly string[] | undefined {
  const all = madeOf(analysis, owner);
  return all.length > 0 && all.every(({ file, made }) => isAtStart(file, made))
    ? all.flatMap(({ file, made }) => holderOf(file, made) ?? [])
    : undefined;
}

function holderOf(file: Analysis, made: Node): string | undefined {
  const parent = file.parentOf(made);
  switch (parent?.type) {
    case "VariableDeclarator":
      return parent.id.type === "Identifier" ? parent.id.name : undefined;
    case "AssignmentExpression":
      return asMember(parent.left)?.object.type === "ThisExpression" ? lastName(parent.left) : undefined;
    case "ClassProperty":
    case "ObjectProperty":
      return keyOf(parent);
    default:
      return undefined;
  }
}
