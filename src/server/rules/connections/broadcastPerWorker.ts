import type { Class, Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { saysInProcess } from "../../analysis/atStart.ts";
import { valueAcross } from "../../analysis/exportedFunctions.ts";
import { clientLists } from "../../analysis/held/clientLists.ts";
import { factsOf } from "../../analysis/moduleFacts.ts";
import { around, asCall, asFunction, asMember, keyOf, settledValue } from "../../analysis/nodes.ts";
import { askedPathOf } from "../../analysis/requests/askedPath.ts";
import { hasDecorator } from "../../analysis/requests/requestHandlerSites.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import { propertyName, resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { nodesOf, walk } from "../../source/walk.ts";
import { emitsToClients } from "./eventBus.ts";

/** What lets workers reach each other's clients; an emitter or subject of RxJS that is subscribed to is one worker's own. */
const shared =
  /(?<!bus|emitter|events|subject|\$)\.p?subscribe\s*\(|\bawait subscribe\(|redis|\bnats\b|amqp|kafka|BroadcastChannel|useWebSocketAdapter\(new (?!WsAdapter|IoAdapter)|createAdapter|process\.send\b/i;

/** Messages to all clients of a WebSocket server, of which one worker has only some. */
export const broadcastPerWorker: Rule = {
  id: "broadcast-per-worker",
  severity: "warning",
  check({ analysis, app }) {
    const { isTest } = factsOf(analysis);
    if (isTest || app.workers === 1) {
      return [];
    }
    const found = [
      ...clientLoops(analysis),
      ...ownLoops(analysis),
      ...gatewayCalls(analysis),
      ...emitsToClients(analysis),
    ];
    return found.length === 0 || isShared(analysis)
      ? []
      : found.flatMap(({ start, end }): Finding[] => {
          const message = t(
            "This reaches only the clients that are connected to the same worker: pass the message on to the other workers, for instance with Redis or NATS, and send it to the clients of each.",
          );
          return start == null || end == null ? [] : [{ start, end, message, fixes: [] }];
        });
  },
};

function isShared(analysis: Analysis): boolean {
  return saysInProcess(analysis, shared);
}

/** `wss.clients` of ws that something is sent to, because a client or a request asked for it. */
function clientLoops(analysis: Analysis): Node[] {
  const members = nodesOf(analysis.module.ast.program, "MemberExpression", "OptionalMemberExpression").filter(
    (node) => propertyName(node) === "clients" && isWebSocketServer(analysis, node.object),
  );
  const asked = members.length === 0 ? undefined : askedPathOf(analysis);
  return members.filter((node) => sends(analysis, node) && asked?.has(node) === true);
}

const makers = /^ws#(?:WebSocketServer|Server|default\.(?:WebSocketServer|Server)|WebSocket\.Server)$/;

function isWebSocketServer(analysis: Analysis, object: Node): boolean {
  const { analysis: file, node } = valueAcross(analysis, object);
  const call = asCall(node);
  const api = call && resolveApi(file, call);
  return (
    (api !== undefined && node.type === "NewExpression" && makers.test(`${api.module}#${api.name}`)) ||
    // express-ws and @fastify/websocket.
    (asMember(call?.callee)?.property.type === "Identifier" &&
      propertyName(asMember(call?.callee) as never) === "getWss") ||
    (asMember(object) !== undefined && propertyName(object as never) === "websocketServer")
  );
}

/** Whether a loop over clients sends them something; one that pings, closes or counts them concerns this worker. */
function sends(analysis: Analysis, clients: Node): boolean {
  const parent = analysis.parentOf(clients);
  const call = asMember(parent)?.object === clients ? asCall(analysis.parentOf(parent ?? clients)) : undefined;
  const loop = parent?.type === "ForOfStatement" && parent.right === clients ? parent.body : undefined;
  const isEach =
    call !== undefined &&
    asMember(parent)?.property.type === "Identifier" &&
    propertyName(parent as never) === "forEach";
  const body =
    loop ?? (isEach ? asFunction(call?.arguments[0] && settledValue(analysis, call.arguments[0])) : undefined);
  let found = false;
  if (body !== undefined) {
    walk(body, (node) => {
      const member = asMember(asCall(node)?.callee);
      found ||= member !== undefined && propertyName(member) === "send";
      return found ? "skip" : undefined;
    });
  }
  return found;
}

/** The lists of connections that the app keeps itself, at the loops over them. */
function ownLoops(analysis: Analysis): Node[] {
  const lists = clientLists(analysis);
  const asked = lists.length === 0 ? undefined : askedPathOf(analysis);
  return lists.flatMap(({ loops }) => loops.filter((list) => asked?.has(list) === true));
}

/** `this.server.emit(…)` in a gateway of Nest. */
function gatewayCalls(analysis: Analysis): Node[] {
  return factsOf(analysis).classes.flatMap((owner) => {
    const isGateway = hasDecorator(
      analysis,
      owner.decorators,
      (name) => name === "@nestjs/websockets#WebSocketGateway",
    );
    const servers = isGateway ? serverFields(analysis, owner) : [];
    return servers.length === 0
      ? []
      : factsOf(analysis).calls.flatMap(({ node, method }) => {
          const isSending = method === "emit" && [...around(analysis, node)].includes(owner);
          return isSending && servers.includes(rootField(node.callee) ?? "") ? [node.callee] : [];
        });
  });
}

function serverFields(analysis: Analysis, owner: Class): string[] {
  return owner.body.body.flatMap((member) =>
    member.type === "ClassProperty" &&
    hasDecorator(analysis, member.decorators, (name) => name === "@nestjs/websockets#WebSocketServer")
      ? [keyOf(member) ?? ""]
      : [],
  );
}

/** `server` of `this.server.to(room).emit`. */
function rootField(node: Node): string | undefined {
  const member = asMember(asCall(node)?.callee ?? node);
  if (member === undefined) {
    return undefined;
  }
  return member.object.type === "ThisExpression" ? propertyName(member) : rootField(member.object);
}
