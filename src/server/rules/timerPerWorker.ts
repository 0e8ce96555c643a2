import type { ArrowFunctionExpression, FunctionExpression, Node, ObjectMethod } from "@babel/types";
import { t } from "../../shared/translate.ts";
import { listensBeside, runsAtServerStart } from "../analysis/atStart.ts";
import { numberOf, stringOf } from "../analysis/constants.ts";
import { inLeader, isElected, isGuarded } from "../analysis/election.ts";
import { functionElsewhere, valueAcross } from "../analysis/exportedFunctions.ts";
import { onlyRefreshesWorker } from "../analysis/held/ownJob.ts";
import { methodAt } from "../analysis/methods.ts";
import { type CallSite, factsOf } from "../analysis/moduleFacts.ts";
import {
  asCall,
  asFunction,
  asMember,
  type Call,
  functionAround,
  lastName,
  propertyOf,
  settledValue,
  textOf,
} from "../analysis/nodes.ts";
import { reachable, requestPathOf } from "../analysis/requests/requestPath.ts";
import type { Finding, Fix, Rule, RuleContext } from "../analysis/rule.ts";
import type { FunctionNode } from "../source/declare.ts";
import { resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";
import { unwrapped } from "../source/values.ts";
import { nodesOf, walk } from "../source/walk.ts";
import { changesByTag, changesOutside } from "./changesOutside.ts";

/** Functions that schedule a job. */
const planners: ReadonlySet<string> = new Set([
  "node-cron#schedule",
  "cron#CronJob",
  "cron#CronJob.from",
  "node-schedule#scheduleJob",
  "node-schedule#scheduleJob.default",
  "croner#Cron",
  "croner#default",
  "bree#default",
  "cronosjs#scheduleTask",
  "toad-scheduler#CronJob",
  "toad-scheduler#SimpleIntervalJob",
  "toad-scheduler#LongIntervalJob",
]);

const planningDecorators: ReadonlySet<string> = new Set(["@nestjs/schedule#Cron", "@nestjs/schedule#Interval"]);

/** Shorter intervals, in milliseconds, belong to the worker itself: heartbeats, metrics, caches. */
const shortestJobMs = 30_000;

/** The same for jobs that delete or create, and say nothing of the worker itself. */
const shortestCertainJobMs = 5_000;

/** What a worker does for itself, however it does it: it says that it lives, or writes what it has gathered. */
const ofWorker = /heart|beat|alive|ping|presence|lastSeen|flush|buffer|batch|metric|telemetry|hostname|process\.pid/i;

/** The same for jobs that write files. */
const shortestFileJobMs = 10 * 60_000;

/** The same for jobs of which only the name is known. */
const shortestNamedJobMs = 60_000;

/** What says that a worker lives, by its name: `setInterval(this.heartbeat, HEARTBEAT_MS)`. */
const sign = /heart_?beat|keep_?alive|^ping$/i;

/** What only a page imports, which sets its timers in a browser. */
const ofPage = /^(?:react-dom(?:\/client)?|react-router-dom|react-native|preact\/hooks)$|\.(?:css|scss|less)$/;

/** Jobs that would run once in each worker. */
export const timerPerWorker: Rule = {
  id: "timer-per-worker",
  severity: "warning",
  check(context) {
    const { analysis, app } = context;
    const facts = factsOf(analysis);
    if (facts.isTest || !app.supervised || app.workers === 1 || [...facts.modules].some((name) => ofPage.test(name))) {
      return [];
    }
    const path = requestPathOf(analysis);
    const jobs = facts.calls.filter(
      (site) =>
        isJob(analysis, site) &&
        !isGuarded(analysis, site.node) &&
        (!path.has(site.node) || runsAtServerStart(analysis, site.node)),
    );
    const found = [
      ...jobs.flatMap(({ node }) => findingOf(node.callee, leaderFix(analysis, node))),
      ...facts.classes
        .flatMap(({ body }) => body.body)
        .flatMap((member) => {
          const decorators = member.type === "ClassMethod" ? (member.decorators ?? []) : [];
          const planned = decorators.find(({ expression }) => {
            const api = resolveApi(analysis, unwrapped(expression));
            return api !== undefined && planningDecorators.has(`${api.module}#${api.name}`);
          });
          return planned === undefined ||
            isElected(analysis, member) ||
            (member.type === "ClassMethod" && onlyRefreshesWorker(analysis, member))
            ? []
            : findingOf(planned.expression, []);
        }),
    ];
    return found.length === 0 || isOtherProgram(context) ? [] : found;
  },
};

function findingOf({ start, end }: Node, fixes: Fix[]): Finding[] {
  const message = t(
    "Every worker does this job, so it is done as many times as there are workers: do it in one of them only, or in a program of its own.",
  );
  return start == null || end == null ? [] : [{ start, end, message, fixes }];
}

/** A condition around what sets the job up would miss that another worker leads later: the job asks. */
function leaderFix(analysis: Analysis, { arguments: given }: Call): Fix[] {
  const [first] = given;
  const tick = first?.type === "ObjectExpression" ? propertyOf(first, "onTick") : undefined;
  const handler = [...given, ...(tick === undefined || tick === "unknown" ? [] : [tick])].find(isInline);
  return handler === undefined ? [] : inLeader(analysis, handler);
}

function isInline(node: Node): node is ArrowFunctionExpression | FunctionExpression | ObjectMethod {
  return ["ArrowFunctionExpression", "FunctionExpression", "ObjectMethod"].includes(node.type);
}

/** A script beside the server, which runs in a separate process: no server of its package imports it. */
function isOtherProgram({ analysis }: RuleContext): boolean {
  const { listens, exports, modules } = factsOf(analysis);
  const isScript = /(?:^|[/\\])(?:scripts?|bin|cli|workers?|jobs?|cron|schedulers?)(?:[/\\]|[^/\\]*$)/i.test(
    analysis.module.uri,
  );
  const isOnItsOwn = listens.length === 0 && !exports && isScript && !modules.has("@nestjs/schedule");
  return isOnItsOwn && !listensBeside(analysis);
}

function isJob(analysis: Analysis, { node, api }: CallSite): boolean {
  const [work, delay] = node.arguments;
  const planned = work && functionIn(analysis, work);
  if (api !== undefined && planners.has(api)) {
    // `new Cron(pattern, { timezone })` only tells when it would be.
    const isAsked =
      api.startsWith("croner#") && node.arguments.slice(1).every(({ type }) => type === "ObjectExpression");
    const isPlan =
      (node.arguments.length > 1 && !isAsked) ||
      node.arguments[0]?.type === "ObjectExpression" ||
      api === "bree#default";
    return (
      isPlan &&
      !doesNothing(analysis, node) &&
      !isOnce(analysis, node) &&
      !node.arguments.some((argument) => refreshesWorker(analysis, argument)) &&
      (!isOften(analysis, node) || node.arguments.some((argument) => worksOutside(analysis, argument)))
    );
  }
  const isLoop = api === "globals#setTimeout" && planned !== undefined && beginsAgain(analysis, node, planned);
  if (api !== "globals#setInterval" && api !== "timers#setInterval" && !isLoop) {
    return false;
  }
  if (work === undefined || delay === undefined || [work, delay].some((node) => sign.test(lastName(node) ?? ""))) {
    return false;
  }
  const interval = numberOf(analysis, delay);
  if (interval === undefined || interval < shortestJobMs) {
    const isLong = interval === undefined ? !isLoop && isOfSettings(analysis, delay) : interval >= shortestCertainJobMs;
    return (
      isLong &&
      !ofWorker.test(textOf(analysis, node)) &&
      (worksOutside(analysis, work, addsOrRemoves) || (interval === undefined && worksByName(analysis, work)))
    );
  }
  return (
    worksOutside(analysis, work) ||
    (interval >= shortestFileJobMs && worksOutside(analysis, work, writesFile)) ||
    (interval >= shortestNamedJobMs && worksByName(analysis, work))
  );
}

/** An interval that the app's settings have, or a parameter: `config.cleanup.interval * 1000`, `minutes * 60 * 1000`. */
function isOfSettings(analysis: Analysis, delay: Node): boolean {
  const node = settledValue(analysis, delay);
  if (node.type === "BinaryExpression") {
    return node.operator === "*" && (isOfSettings(analysis, node.left) || isOfSettings(analysis, node.right));
  }
  const name = lastName(node) ?? "";
  return name !== "" && node.type !== "CallExpression" && !ofWorker.test(name);
}

function refreshesWorker(analysis: Analysis, work: Node): boolean {
  const handler = functionIn(analysis, work);
  return handler !== undefined && onlyRefreshesWorker(analysis, handler);
}

function addsOrRemoves(analysis: Analysis, site: CallSite): boolean {
  return (
    changesOutside(analysis, site) &&
    !/^(?:update|save|upsert|execute)/i.test(site.method ?? "") &&
    !ofWorker.test(textOf(analysis, site.node))
  );
}

/** `scheduleJob(name, new Date(soon), …)`: what is planned for a moment is done by the worker that plans it. */
function isOnce(analysis: Analysis, { arguments: given }: Call): boolean {
  return given.some((argument) => {
    const call = asCall(settledValue(analysis, argument));
    return call?.type === "NewExpression" && call.callee.type === "Identifier" && call.callee.name === "Date";
  });
}

/** A pattern with seconds: what is done every few of them is mostly for what the worker has itself, such as its clients. */
function isOften(analysis: Analysis, { arguments: given }: Call): boolean {
  return given.some((argument) => {
    const fields = (stringOf(analysis, argument) ?? "").trim().split(/\s+/);
    const seconds = fields.length === 6 ? fields[0] : undefined;
    return seconds !== undefined && /^[*/\d,-]+$/.test(seconds) && /[*/,]/.test(seconds);
  });
}

/** `new Cron(pattern, () => {})` only validates a pattern. */
function doesNothing(analysis: Analysis, { arguments: given }: Call): boolean {
  const functions = given.flatMap((argument) => asFunction(settledValue(analysis, argument)) ?? []);
  return (
    functions.length > 0 && functions.every(({ body }) => body.type === "BlockStatement" && body.body.length === 0)
  );
}

/** Whether the name of another file's function suggests effects outside the worker: `sendReports`, `mailer.notify`. */
function worksByName(analysis: Analysis, work: Node): boolean {
  const handler = asFunction(settledValue(analysis, work));
  if (handler !== undefined && flushes(analysis, handler)) {
    return false;
  }
  const called =
    handler === undefined
      ? [work]
      : [...reachable(analysis, [handler])].flatMap((inner) =>
          (factsOf(analysis).callsIn.get(inner) ?? []).map(({ node }) => node.callee),
        );
  return (
    called.some((callee) => {
      const name = lastName(callee) ?? "";
      const module = isTelling(name) ? resolveApi(analysis, callee)?.module : undefined;
      return module?.startsWith(".") && (!name.startsWith("publish") || leavesWorker(analysis, module));
    }) && !isElected(analysis, work)
  );
}

/** Whether what publishes has to do with others than the worker, so far as its file is known: many an app has a bus of its own. */
function leavesWorker(analysis: Analysis, module: string): boolean {
  const text = analysis.files?.imported(analysis.module, module)?.module.text;
  return text === undefined || /redis|amqp|rabbit|kafka|nats|mqtt|sns|sqs|pub_?sub|fetch|axios|http/i.test(text);
}

/** What a worker reports about itself belongs to it alone. */
function isTelling(name: string): boolean {
  return (
    /^(?:send|mail|email|notify|remind|bill|charge|invoice|publish|backup|archive)(?![a-z])/.test(name) &&
    !/heart|beat|ping|metric|stat(?:s|us|istics)|health|telemetry|usage|log|alive|presence|trace|span/i.test(name)
  );
}

/** Whether a function certainly changes something that all workers share. */
function worksOutside(analysis: Analysis, work: Node, works: Works = changesOutside): boolean {
  const handler = functionIn(analysis, work);
  if (handler !== undefined) {
    return comesOutside(analysis, handler, 0, works);
  }
  const named = valueAcross(analysis, work);
  const imported = named.analysis === analysis ? undefined : asFunction(named.node);
  return imported !== undefined && comesOutside(named.analysis, imported, 1, works);
}

type Works = (analysis: Analysis, site: CallSite) => boolean;

const writing = /^fs(?:\/promises)?#(?:promises\.)?(?:writeFile|createWriteStream|rename|copyFile)(?:Sync)?$/;

/** Whether a call writes a file that the other workers use as well, and write at the same time. */
function writesFile(analysis: Analysis, { node, api }: CallSite): boolean {
  return (
    api !== undefined && writing.test(api) && !/pid|lock|health|heart|\.log\b|worker/i.test(textOf(analysis, node))
  );
}

/** Calls are followed into this many files. */
const deepest = 2;

function comesOutside(analysis: Analysis, handler: FunctionNode, depth: number, works: Works): boolean {
  const { callsIn } = factsOf(analysis);
  const functions = [...reachable(analysis, [handler])];
  if (functions.some((inner) => isElected(analysis, inner) || flushes(analysis, inner))) {
    return false;
  }
  const sites = functions.flatMap((inner) => callsIn.get(inner) ?? []);
  return (
    sites.some((site) => works(analysis, site)) ||
    (works !== writesFile && changesByTag(analysis, functions)) ||
    (depth < deepest &&
      sites.some(({ node }) => {
        const called = functionElsewhere(analysis, node);
        return called !== undefined && comesOutside(called.analysis, called.node, depth + 1, works);
      }))
  );
}

/** `const all = errors; errors = [];`: a job that takes what its worker has gathered is one of each worker. */
function flushes(analysis: Analysis, { body }: FunctionNode): boolean {
  let found = false;
  walk(body, (node) => {
    const value = node.type === "AssignmentExpression" ? node.right : undefined;
    const isEmpty = value?.type === "ArrayExpression" && value.elements.length === 0;
    const left = isEmpty && node.type === "AssignmentExpression" ? node.left : undefined;
    const binding = left?.type === "Identifier" ? analysis.bindingOf(left) : undefined;
    found ||=
      left !== undefined &&
      (asMember(left)?.object.type === "ThisExpression" ||
        (binding !== undefined && binding.scope === analysis.root)) &&
      nodesOf(analysis.module.ast.program, "CallExpression").some(
        ({ callee }) =>
          /^(?:push|unshift)$/.test(lastName(callee) ?? "") &&
          asMember(callee) !== undefined &&
          textOf(analysis, asMember(callee)?.object ?? callee) === textOf(analysis, left),
      );
    return found ? "skip" : undefined;
  });
  return found;
}

/** Whether a timer is set by what it calls, so that it comes again and again. */
function beginsAgain(analysis: Analysis, call: Node, planned: FunctionNode): boolean {
  const inside = functionAround(analysis, call);
  return inside !== undefined && reachable(analysis, [planned]).has(inside);
}

/** A function itself, by its name, as a method, or bound. */
function functionIn(analysis: Analysis, work: Node): FunctionNode | undefined {
  const node = settledValue(analysis, work);
  const member = asMember(asCall(node)?.callee);
  if (member !== undefined && lastName(member) === "bind") {
    return functionIn(analysis, member.object);
  }
  return asFunction(node) ?? methodAt(analysis, node);
}
