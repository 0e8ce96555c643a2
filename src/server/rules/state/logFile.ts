import type { Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { isServerProcess, runsAtServerStart } from "../../analysis/atStart.ts";
import { stringOf } from "../../analysis/constants.ts";
import { isForDevelopment } from "../../analysis/development.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import { around, asFunction, functionName, keyOf, propertyOf, settledValue, textOf } from "../../analysis/nodes.ts";
import type { Finding, Fix, Rule } from "../../analysis/rule.ts";
import type { Analysis } from "../../source/scopes.ts";
import { walk } from "../../source/walk.ts";

/** What renames a file of logs when it is full or a day is over. */
const rotators =
  /^(?:winston-daily-rotate-file#(?:default|DailyRotateFile)|winston#transports\.DailyRotateFile|rotating-file-stream#(?:default|createStream)|file-stream-rotator#(?:default\.)?getStream|pino-roll#default)$/;

/** Files of logs that each worker rotates, or empties when it starts. */
export const logFile: Rule = {
  id: "log-file",
  severity: "information",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    if (!app.supervised || app.workers === 1 || isTest) {
      return [];
    }
    const found = calls.flatMap((site): Finding[] => {
      const { node } = site;
      const { start, end } = node.callee;
      const isEmptied = empties(analysis, site);
      if (!(isEmptied || rotates(analysis, site) || rotatesItself(analysis, site)) || start == null || end == null) {
        return [];
      }
      const isOwn = node.arguments.some((argument) => isByWorker(analysis, argument));
      if (isOwn || isForDevelopment(analysis, node)) {
        return [];
      }
      return isEmptied
        ? [{ start, end, message: messageOfEmptied(), fixes: appending(site) }]
        : [{ start, end, message: messageOfRotated(), fixes: [] }];
    });
    return found.length === 0 || !(app.entry === true || isServerProcess(analysis)) ? [] : found;
  },
};

function messageOfRotated(): string {
  return t(
    "Each worker renames this file by itself when it is full or the day is over, so lines of the others land in the wrong file or are lost: name the file by worker, or log to stdout, which Hitless collects.",
  );
}

function messageOfEmptied(): string {
  return t(
    "Each worker that starts empties this file, and then they write over each other's lines: open it with the flag “a”, or log to stdout, which Hitless collects.",
  );
}

const renaming = /^fs(?:\/promises|-extra)?#(?:default\.)?(?:promises\.)?rename(?:Sync)?$/;
const appends = /^fs(?:\/promises|-extra)?#(?:default\.)?(?:promises\.)?(?:appendFile(?:Sync)?|createWriteStream)$/;

/** Whether an app puts a file of logs aside by itself: `rotateLog() { fs.renameSync(file, old); }` beside `fs.appendFileSync(file, line)`. */
function rotatesItself(analysis: Analysis, { node, api }: CallSite): boolean {
  const names = renaming.test(api ?? "")
    ? [...around(analysis, node)].map((it) => functionName(analysis, it) ?? "")
    : [];
  return (
    names.some((name) => /rotate|archive|roll/i.test(name)) &&
    /log/i.test(`${names.join(" ")} ${textOf(analysis, node)} ${analysis.module.uri.split("/").at(-1)}`) &&
    factsOf(analysis).calls.some((other) => appends.test(other.api ?? ""))
  );
}

/** Whether a name differs from worker to worker. */
function isByWorker(analysis: Analysis, argument: Node): boolean {
  const own = textOf(analysis, settledValue(analysis, argument));
  return /NODE_APP_INSTANCE|HITLESS_WORKER|\bpid\b|worker\.id|workerId/.test(own);
}

function rotates(analysis: Analysis, { node, api }: CallSite): boolean {
  if (api !== undefined && rotators.test(api)) {
    return true;
  }
  if (api !== undefined && rotatesByOptions(analysis, node, api)) {
    return true;
  }
  const [first] = api === "winston#transports.File" ? node.arguments : [];
  const options = first && settledValue(analysis, first);
  return (
    options?.type === "ObjectExpression" &&
    options.properties.some((property) => property.type === "ObjectProperty" && keyOf(property) === "maxsize")
  );
}

/** `pino({ transport: { target: "pino-roll" } })`, `bunyan.createLogger({ streams: [{ type: "rotating-file" }] })`. */
function rotatesByOptions(analysis: Analysis, { arguments: given }: CallSite["node"], api: string): boolean {
  const names = /^pino#(?:default|pino|transport)$/.test(api)
    ? /^pino-roll$/
    : /^bunyan#createLogger$/.test(api)
      ? /^rotating-file$/
      : undefined;
  let found = false;
  for (const argument of names === undefined ? [] : given) {
    walk(settledValue(analysis, argument), (node) => {
      found ||= node.type === "StringLiteral" && names?.test(node.value) === true;
      return found ? "skip" : undefined;
    });
  }
  return found;
}

/** `fs.createWriteStream("app.log")` at the start of a worker. */
function empties(analysis: Analysis, { node, api, inside }: CallSite): boolean {
  const isAtStart = api === "fs#createWriteStream" && (inside === undefined || runsAtServerStart(analysis, node));
  const [file, options] = isAtStart ? node.arguments : [];
  const name = file && textOf(analysis, settledValue(analysis, file));
  if (!/\.log\b/.test(name ?? "")) {
    return false;
  }
  const given = options && settledValue(analysis, options);
  if (given?.type !== "ObjectExpression") {
    return given === undefined;
  }
  const flags = propertyOf(given, "flags");
  return flags === undefined || (flags !== "unknown" && /^w/.test(stringOf(analysis, flags) ?? ""));
}

function appending({ node }: CallSite): Fix[] {
  const [file, options] = node.arguments;
  const isPlain = file?.end != null && options === undefined && asFunction(file) === undefined;
  return isPlain && file.end != null
    ? [{ title: t("Append to the file"), edits: [{ start: file.end, end: file.end, text: ', { flags: "a" }' }] }]
    : [];
}
