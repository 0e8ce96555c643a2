import type { Node } from "@babel/types";
import { isBlank, trailing } from "../../shared/text/trailing.ts";
import { t } from "../../shared/translate.ts";
import { codeStyle } from "../source/codeStyle.ts";
import type { FunctionNode } from "../source/declare.ts";
import { resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";
import { unwrapped } from "../source/values.ts";
import { conditionAround, excludesProduction, isSameForAll, leavesBefore } from "./development.ts";
import { factsOf } from "./moduleFacts.ts";
import { around, asCall, asMember, functionName, lastName, settledValue, textOf } from "./nodes.ts";
import type { Fix } from "./rule.ts";

/**
 * Whether a condition around it, or an early return before it, selects a worker.
 *
 * @param isSame Which more conditions have the same outcome in all workers; default: none.
 */
export function isGuarded(analysis: Analysis, node: Node, isSame: (test: Node) => boolean = () => false): boolean {
  let below = node;
  for (const parent of around(analysis, node)) {
    const isBlock = parent.type === "BlockStatement" || parent.type === "Program";
    const left = isBlock ? leavesBefore(parent.body, below) : [];
    const condition = conditionAround(parent, below);
    const conditions = [
      condition === undefined || (condition.outcome && isSetBelow(analysis, below, condition.test)) ? [] : condition,
      ...left.flatMap(({ test }) =>
        isBlock && isSetAfter(analysis, parent.body, test) ? [] : [{ test, outcome: false }],
      ),
    ].flat();
    if (
      conditions.some(({ test, outcome }) =>
        isSame(test) ? excludesProduction(analysis, test, outcome) : picks(analysis, test, outcome),
      )
    ) {
      return true;
    }
    below = parent;
  }
  const isSynchronized = [...around(analysis, node)].some((parent) =>
    /synchroni[sz]ed|leader|locked/i.test(functionName(analysis, parent) ?? ""),
  );
  if (isSynchronized) {
    return true;
  }
  return factsOf(analysis).calls.some(
    ({ node: call }) => call.start === node.start && call.arguments.some((argument) => isElected(analysis, argument)),
  );
}

/** `if (started) return; started = true;`, `if (timer) return; timer = setInterval(…);`: each worker comes by once. */
function isSetAfter(analysis: Analysis, statements: readonly Node[], test: Node): boolean {
  const name = textOf(analysis, test);
  return statements.some(
    (statement) =>
      statement.type === "ExpressionStatement" &&
      statement.expression.type === "AssignmentExpression" &&
      !/^(?:false|null|undefined)$/.test(textOf(analysis, statement.expression.right)) &&
      textOf(analysis, statement.expression.left) === name,
  );
}

/** `if (!runner) runner = run(bot);`, as above. */
function isSetBelow(analysis: Analysis, below: Node, test: Node): boolean {
  const asked = test.type === "UnaryExpression" && test.operator === "!" ? textOf(analysis, test.argument) : undefined;
  const statements = below.type === "BlockStatement" ? below.body : [below];
  return (
    asked !== undefined &&
    statements.some(
      (statement) =>
        statement.type === "ExpressionStatement" &&
        statement.expression.type === "AssignmentExpression" &&
        textOf(analysis, statement.expression.left) === asked,
    )
  );
}

/**
 * Whether a condition lets only some workers through, as far as that can be told, or none in production. A way out when a setting
 * of the app is missing, `if (!config.reports) return`, is the same for all workers.
 */
function picks(analysis: Analysis, test: Node, outcome: boolean): boolean {
  const isMissing =
    !outcome && test.type === "UnaryExpression" && test.operator === "!" && isSetting(analysis, test.argument);
  const isCheck = isMissing || (!outcome && isOfInput(analysis, test));
  return (!isCheck && !isSameForAll(analysis, test)) || excludesProduction(analysis, test, outcome);
}

/**
 * A way out that depends on what is to be done, and not on who does it: `if (!isValidCron(expression)) return`, `if (!schedule) return`,
 * `if (jobs.length === 0) return`, `if (registry.doesExist("cron", name)) return`.
 */
function isOfInput(analysis: Analysis, test: Node): boolean {
  if (/lock|acquire|redis|process\.env/i.test(textOf(analysis, test)) || electionName.test(textOf(analysis, test))) {
    return false;
  }
  const node = test.type === "UnaryExpression" && test.operator === "!" ? unwrapped(test.argument) : test;
  if (node.type === "LogicalExpression") {
    return isOfInput(analysis, node.left) && isOfInput(analysis, node.right);
  }
  const call = asCall(node);
  if (call !== undefined) {
    return /^(?:(?:is_?)?valid|check(?:Cron|Schedule)|has$|doesExist$|isArray$)/i.test(lastName(call.callee) ?? "");
  }
  const counted = node.type === "BinaryExpression" ? node.left : node;
  return (
    /^(?:length|size)$/.test(lastName(counted) ?? "") ||
    /cron|schedule$|expression$|^interval/i.test(lastName(node) ?? "")
  );
}

/**
 * `config.reports.enabled`, `options`, and `reports` of `const { reports } = config` or of a file for settings: not a variable of the
 * environment, which may differ.
 */
function isSetting(analysis: Analysis, node: Node): boolean {
  const member = asMember(node);
  const names = `${lastName(node)} ${member && lastName(member.object)}`;
  if (electionName.test(names)) {
    return false;
  }
  if (settingsName.test(lastName(node) ?? "")) {
    return true;
  }
  if (member !== undefined) {
    return isSetting(analysis, member.object);
  }
  const binding = node.type === "Identifier" ? analysis.bindingOf(node) : undefined;
  const { declaration } = binding ?? {};
  const from =
    declaration?.type === "VariableDeclarator" && declaration.id.type === "ObjectPattern" && declaration.init;
  return (
    (from && isSetting(analysis, unwrapped(from))) ||
    /^\.(?:.*\/)?_?(?:config|conf|settings|options)\b/i.test((binding && resolveApi(analysis, node)?.module) ?? "")
  );
}

const settingsName = /^(?:config|conf|cfg|configuration|options|opts|settings)$/i;
/** Names of what tells one worker from the others. */
export const electionName = /primary|master|leader|worker|instance|cron_?(?:host|node)|scheduler/i;

/** Whether a job checks before it works whether it is its turn: by a lock, a leader, or the worker's number. */
export function isElected(analysis: Analysis, work: Node): boolean {
  const handler = settledValue(analysis, work);
  return /(?<![bc])lock|leader|mutex|synchroni[sz]ed|should_?run|NODE_APP_INSTANCE|HITLESS_WORKER|isPrimary|isMaster|worker\.id/i.test(
    textOf(analysis, handler),
  );
}

/** Hitless and pm2 number their workers from 0; without either there is a single process, which does the job. */
export const isFirst = '(process.env.NODE_APP_INSTANCE ?? "0") === "0"';

/** Puts the condition around the statement of a call that only the first worker makes it. */
export function inFirstWorker(analysis: Analysis, node: Node): Fix[] {
  const statement = analysis.parentOf(node);
  const parent = statement && analysis.parentOf(statement);
  if (
    statement?.type !== "ExpressionStatement" ||
    (parent?.type !== "Program" && parent?.type !== "BlockStatement") ||
    analysis.root.bindings.has("process") ||
    statement.start == null ||
    statement.end == null
  ) {
    return [];
  }
  const { start, end } = statement;
  const { text } = analysis.module;
  const { indent, eol } = codeStyle(analysis);
  const margin = trailing(text.slice(0, start), isBlank);
  // The lines of a template literal are content.
  const lines = text.slice(start, end);
  const moved = lines.includes("`") ? lines : lines.replace(/\r?\n(?=[^\r\n])/g, `$&${indent}`);
  const edit = { start, end, text: `if (${isFirst}) {${eol}${margin}${indent}${moved}${eol}${margin}}` };
  return [{ title: t("Do it in the first worker only"), edits: [edit] }];
}

/** Exactly one worker leads, and it may change while a job waits; without Hitless there is a single process, which does the job. */
const leadsNot = '(process.env.HITLESS_LEADER ?? "1") !== "1"';

/** Has a job that is written where it is set up ask, each time, whether its worker leads; none for what is no block. */
export function inLeader(analysis: Analysis, handler: FunctionNode): Fix[] {
  const { body } = handler;
  if (body.type !== "BlockStatement" || handler.generator === true || analysis.root.bindings.has("process")) {
    return [];
  }
  const [first] = body.body;
  const opening = (body.directives ?? []).at(-1)?.end ?? (body.start == null ? undefined : body.start + 1);
  if (first?.start == null || opening === undefined) {
    return [];
  }
  const { text } = analysis.module;
  const { indent, semicolon, eol } = codeStyle(analysis);
  const margin = trailing(text.slice(0, first.start), isBlank);
  const isOnLine = text.slice(0, first.start - margin.length).endsWith("\n");
  const check = isOnLine
    ? `if (${leadsNot}) {${eol}${margin}${indent}return${semicolon}${eol}${margin}}${eol}${margin}`
    : `if (${leadsNot}) { return${semicolon} } `;
  // Comments in front of the first statement stay with it.
  const lineEnd = text.indexOf("\n", opening) + 1;
  const isAboveAll = isOnLine && text.slice(opening, lineEnd).trim() === "";
  const at = isAboveAll ? lineEnd : first.start;
  const inserted = isAboveAll ? `${margin}${check.slice(0, check.length - margin.length)}` : check;
  return [{ title: t("Do it only in the worker that leads"), edits: [{ start: at, end: at, text: inserted }] }];
}
