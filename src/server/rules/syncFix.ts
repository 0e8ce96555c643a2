import type { Node } from "@babel/types";
import { t } from "../../shared/translate.ts";
import { numberOf } from "../analysis/constants.ts";
import type { CallSite } from "../analysis/moduleFacts.ts";
import { asCall, asMember, functionAround, keyOf, lastName, settledValue, textOf } from "../analysis/nodes.ts";
import type { Fix } from "../analysis/rule.ts";
import { resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";

/** Functions of `fs` whose promise version takes the same arguments and yields the same result. */
const same: ReadonlySet<string> = new Set([
  "access",
  "appendFile",
  "chmod",
  "chown",
  "copyFile",
  "cp",
  "link",
  "lstat",
  "lutimes",
  "mkdir",
  "mkdtemp",
  "readFile",
  "readdir",
  "readlink",
  "realpath",
  "rename",
  "rm",
  "rmdir",
  "stat",
  "symlink",
  "truncate",
  "unlink",
  "utimes",
  "writeFile",
]);

/** Those that also take a descriptor, which their promise versions refuse. */
const takesDescriptor: ReadonlySet<string> = new Set(["appendFile", "readFile", "truncate", "writeFile"]);

/** `fs.readFileSync(…)` as `await fs.promises.readFile(…)`, if the function is already asynchronous. */
export function awaitedFix(analysis: Analysis, { node, api }: CallSite, name: string): Fix[] {
  const member = asMember(node.callee);
  const { start, end } = node;
  const isPlain = node.type === "CallExpression" && member?.type === "MemberExpression" && !member.computed;
  if (!isPlain || api !== `fs#${name}Sync` || !same.has(name) || start == null || end == null) {
    return [];
  }
  const [first] = node.arguments;
  if (first?.type === "SpreadElement" || (takesDescriptor.has(name) && first && mayBeDescriptor(analysis, first))) {
    return [];
  }
  const owner = resolveApi(analysis, member.object);
  const { object, property } = member;
  if (owner?.module !== "fs" || owner.name !== "default" || object.end == null || property.end == null) {
    return [];
  }
  // Only `stat` and `lstat` have it, and only in their synchronous versions.
  const hasOwnOption = node.arguments.some((argument) => /\bthrowIfNoEntry\b/.test(textOf(analysis, argument)));
  if (hasOwnOption || !mayAwait(analysis, node)) {
    return [];
  }
  const [before, after] = standsAlone(analysis, node) ? ["await ", ""] : ["(await ", ")"];
  const isAtStart = statementStart(analysis, node) === start;
  if (before.startsWith("(") && isAtStart) {
    // A line that begins with a parenthesis may continue the line above.
    return [];
  }
  return [
    {
      title: t("Await fs.promises.{0}()", name),
      edits: [
        { start, end: start, text: before },
        { start: object.end, end: property.end, text: `.promises.${name}` },
        ...(after === "" ? [] : [{ start: end, end, text: after }]),
      ],
    },
  ];
}

/** Whether a value is or looks like a file descriptor. */
function mayBeDescriptor(analysis: Analysis, argument: Node): boolean {
  if (
    numberOf(analysis, argument) !== undefined ||
    /^(?:.*_)?fd\d?$|[a-z]Fd$|descriptor/.test(lastName(argument) ?? "")
  ) {
    return true;
  }
  const binding = argument.type === "Identifier" ? analysis.bindingOf(argument) : undefined;
  const assigned = (binding?.assignments ?? []).map((node) =>
    node.type === "AssignmentExpression" ? node.right : node,
  );
  return [settledValue(analysis, argument), binding?.init, ...assigned].some((value) => {
    const call = asCall(value);
    const api = call && resolveApi(analysis, call);
    return api?.module === "fs" && api.name === "openSync";
  });
}

function mayAwait(analysis: Analysis, node: Node): boolean {
  const inside = functionAround(analysis, node);
  if (inside?.async !== true || inside.generator === true) {
    return false;
  }
  // Not in a parameter's default.
  return (node.start ?? 0) >= (inside.body.start ?? 0);
}

function standsAlone(analysis: Analysis, node: Node): boolean {
  const parent = analysis.parentOf(node);
  switch (parent?.type) {
    case "VariableDeclarator":
    case "ReturnStatement":
    case "ExpressionStatement":
    case "AssignmentExpression":
    case "ArrowFunctionExpression":
    case "TemplateLiteral":
    case "ArrayExpression":
    case "AwaitExpression":
    case "ConditionalExpression":
      return true;
    case "CallExpression":
    case "NewExpression":
      return parent.callee !== node;
    case "ObjectProperty":
      return parent.value === node && keyOf(parent) !== undefined;
    default:
      return false;
  }
}

function statementStart(analysis: Analysis, node: Node): number | null | undefined {
  for (let current: Node | undefined = node; current !== undefined; current = analysis.parentOf(current)) {
    if (current.type.endsWith("Statement") || current.type.endsWith("Declaration")) {
      return current.start;
    }
  }
  return undefined;
}
