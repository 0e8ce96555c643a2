import type { Node, ObjectExpression } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { isServerProcess } from "../../analysis/atStart.ts";
import { inFirstWorker, isGuarded } from "../../analysis/election.ts";
import { valueAcross } from "../../analysis/exportedFunctions.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import { propertyOf, settledValue } from "../../analysis/nodes.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";

/** Methods that sign a bot in or make it ask for messages, by the class of the bot. */
const logins: ReadonlyMap<string, RegExp> = new Map([
  ["launch", /^telegraf#(?:Telegraf|default)$/],
  [
    "start",
    /^(?:grammy#Bot|matrix-bot-sdk#MatrixClient|@slack\/socket-mode#SocketModeClient|@slack\/rtm-api#RTMClient)$/,
  ],
  ["startPolling", /^(?:node-telegram-bot-api#default|vk-io#VK|telegraf#(?:Telegraf|default))$/],
  ["login", /^(?:discord\.js|discord\.js-selfbot-v13|discordx)#Client$/],
  ["initialize", /^whatsapp-web\.js#Client$/],
  ["connect", /^(?:tmi\.js#(?:Client|client)|eris#(?:default|Client)|oceanic\.js#Client|irc-framework#Client)$/],
]);

/** Functions that do at once. */
const functions =
  /^(?:@grammyjs\/runner#run|(?:@whiskeysockets\/|@adiwajshing\/)?baileys#(?:default|makeWASocket)|mineflayer#createBot)$/;

/** Bots that each worker signs in. */
export const botPerWorker: Rule = {
  id: "bot-per-worker",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    if (!app.supervised || app.workers === 1 || isTest) {
      return [];
    }
    const found = calls.filter((site) => signsIn(analysis, site) && !isGuarded(analysis, site.node));
    if (found.length === 0 || !(app.entry === true || isServerProcess(analysis))) {
      return [];
    }
    return found.flatMap(({ node }): Finding[] => {
      const { start, end } = node.callee;
      const message = t(
        "Each worker signs this bot in, so messages are answered several times, or the sessions throw each other out: let one worker do it, or receive messages by a webhook.",
      );
      return start == null || end == null ? [] : [{ start, end, message, fixes: inFirstWorker(analysis, node) }];
    });
  },
};

function signsIn(analysis: Analysis, { node, api, method, receiver }: CallSite): boolean {
  if (api !== undefined && functions.test(api)) {
    return true;
  }
  if (node.type === "NewExpression") {
    return asksByItself(analysis, api ?? "", node.arguments);
  }
  const maker = method === undefined || receiver === undefined ? undefined : logins.get(method);
  if (maker === undefined || receiver === undefined) {
    return false;
  }
  const owner = valueAcross(analysis, receiver);
  const made = owner.node.type === "NewExpression" ? resolveApi(owner.analysis, owner.node) : undefined;
  const options = optionsOf(analysis, node.arguments[0]);
  return (
    made !== undefined &&
    maker.test(`${made.module}#${made.name}`) &&
    (options === undefined || propertyOf(options, "webhook") === undefined)
  );
}

/** `new TelegramBot(token, { polling: true })`, `new App({ socketMode: true })` of Slack. */
function asksByItself(analysis: Analysis, api: string, given: readonly Node[]): boolean {
  const [name, argument] =
    api === "node-telegram-bot-api#default"
      ? ["polling", given[1]]
      : api === "@slack/bolt#App"
        ? ["socketMode", given[0]]
        : [undefined, undefined];
  const options = optionsOf(analysis, argument);
  const value = name === undefined || options === undefined ? undefined : propertyOf(options, name);
  return value !== undefined && value !== "unknown" && (value.type === "ObjectExpression" || isTrue(value));
}

function isTrue(node: Node): boolean {
  return node.type === "BooleanLiteral" && node.value;
}

function optionsOf(analysis: Analysis, argument: Node | undefined): ObjectExpression | undefined {
  const value = argument && settledValue(analysis, argument);
  return value?.type === "ObjectExpression" ? value : undefined;
}
