import type { Node } from "@babel/types";
import { t } from "../../shared/translate.ts";
import { factsOf } from "../analysis/moduleFacts.ts";
import type { Fix } from "../analysis/rule.ts";
import { codeStyle } from "../source/codeStyle.ts";
import { resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";
import { type ListenCall, listenCalls } from "../source/serverCalls.ts";
import { nodesOf } from "../source/walk.ts";
import { shutdownLines } from "./shutdownLines.ts";
import { type Place, placeFor } from "./shutdownPlace.ts";
import { freeName, type ShutdownServer, serverAt } from "./shutdownServer.ts";

/** The offer to shut down gracefully what listens at `call`. */
export interface ShutdownOffer extends Fix {
  readonly call: Node;
}

interface Target {
  readonly call: Node;
  readonly place: Place;
  readonly server: ShutdownServer;
}

/**
 * What to add so that the worker ends by itself, after the requests in flight, when it is sent the message `shutdown` or
 * SIGTERM: one handler for all servers of the file, offered at each of them. One process ends once: where other files of it have
 * servers too, each gets its handler with the same edit, and the last that has closed exits. Nothing where one of these files
 * handles either already, and if one of the servers can't be closed where the others of its file can.
 */
export function shutdownHandlers(analysis: Analysis): ShutdownOffer[] {
  const own = planFor(analysis);
  if (own === undefined) {
    return [];
  }
  const plans = [own];
  for (const file of analysis.files?.beside(analysis.module, interesting) ?? []) {
    if (factsOf(file).isTest) {
      continue;
    }
    const hasServers = listenCalls(file).length > 0;
    const plan = hasServers ? planFor(file) : undefined;
    if (hasServers ? plan === undefined : handles(file)) {
      return [];
    }
    plans.push(...(plan === undefined ? [] : [plan]));
  }
  const [edits = [], ...others] = plans.map((plan) => editsOf(plan, plans.length > 1));
  const names = plans.flatMap(({ targets }) => targets.map(({ server }) => server.name));
  const title = t("Add a shutdown handler for {0}", names.join(", "));
  const elsewhere = others.map((changes, index) => {
    const { uri = "", text = "" } = plans[index + 1]?.analysis.module ?? {};
    return { uri, text, edits: changes };
  });
  return own.targets.map(({ call }) => ({ call, title, edits, ...(elsewhere.length > 0 && { elsewhere }) }));
}

/** What a file has that listens, or handles the end of the process. */
const interesting = /\blisten\b|SIGTERM|["'`]message["'`]/;

/** The servers of a file, and where their handler goes. */
interface Plan {
  readonly analysis: Analysis;
  readonly targets: readonly Target[];
  readonly place: Place;
  readonly taken: Set<string>;
}

function planFor(analysis: Analysis): Plan | undefined {
  const taken = namesIn(analysis);
  if (taken === undefined) {
    return undefined;
  }
  const targets: Target[] = [];
  for (const listen of distinct(analysis, listenCalls(analysis))) {
    const place = placeFor(analysis, listen.call);
    const server = place && serverAt(analysis, listen, place, taken);
    if (place === undefined || server === undefined) {
      return undefined;
    }
    targets.push({ call: listen.call, place, server });
  }
  const [first] = targets;
  const last = targets.at(-1);
  const isTogether =
    targets.length === 1 ||
    targets.every(({ place }) => place.kind === "block" && place.container === first?.place.container);
  return last !== undefined && isTogether ? { analysis, targets, place: last.place, taken } : undefined;
}

function editsOf(plan: Plan, shared: boolean): Fix["edits"] {
  return joined([
    ...plan.targets.flatMap(({ place, server }) => [...place.edits, ...server.edits]),
    handlerAfter(plan, shared),
  ]);
}

/** A server that listens in two places, again on another port, counts once. */
function distinct(analysis: Analysis, listens: readonly ListenCall[]): ListenCall[] {
  const known = new Set<unknown>();
  return listens.filter(({ receiver, kind }) => {
    const isItself = kind !== "express" && kind !== "koa" && kind !== "other" && receiver.type === "Identifier";
    const server = (isItself ? analysis.bindingOf(receiver) : undefined) ?? receiver;
    return !known.has(server) && known.add(server);
  });
}

function handlerAfter({ analysis, targets, place, taken }: Plan, shared: boolean): Fix["edits"][number] {
  const { end, margin, closing } = place;
  const { text } = analysis.module;
  const style = codeStyle(analysis);
  const name = freeName(["shutdown", "shutDownServer", "endServer"], taken);
  const servers = targets.map(({ server }) => server);
  const lines = shutdownLines({
    servers,
    name,
    taken,
    style,
    shared,
    typed: /\.[cm]?tsx?$/i.test(analysis.module.uri),
  });
  const written = [...servers.flatMap(({ after }) => after), "", ...lines]
    .map((line) => (line === "" ? style.eol : `${style.eol}${margin}${line}`))
    .join("");
  const distance = closing === "" && isFollowed(text, end) ? style.eol : "";
  return { start: end, end, text: written + closing + distance };
}

/** Edits in source order, with insertions at one place merged. */
function joined(edits: Fix["edits"]): Fix["edits"] {
  const result: Fix["edits"][number][] = [];
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const before = result.at(-1);
    if (before !== undefined && before.start === edit.start && before.end === edit.end) {
      result.splice(-1, 1, { ...edit, text: before.text + edit.text });
    } else {
      result.push(edit);
    }
  }
  return result;
}

/** Whether the next line has more code of the same block. */
function isFollowed(text: string, end: number): boolean {
  return /^[ \t]*\r?\n[ \t]*[^\s})]/.test(text.slice(end));
}

/** Every name of the file; `undefined` if it already handles SIGTERM or messages, or `process` is something else. */
function namesIn(analysis: Analysis): Set<string> | undefined {
  const { program } = analysis.module.ast;
  const own = analysis.root.bindings.get("process");
  const isProcess = own === undefined || own.kind === "import" || own.init !== undefined;
  return handles(analysis) || !isProcess ? undefined : new Set(nodesOf(program, "Identifier").map(({ name }) => name));
}

/** Whether a file handles SIGTERM or messages already. */
function handles(analysis: Analysis): boolean {
  return nodesOf(analysis.module.ast.program, "CallExpression").some((call) => {
    const [event] = call.arguments;
    const isEnd = event?.type === "StringLiteral" && (event.value === "SIGTERM" || event.value === "message");
    const api = isEnd ? resolveApi(analysis, call) : undefined;
    return api?.module === "process" && /^(?:on|once|addListener|prependListener)$/.test(api.name);
  });
}
