import type { Node, ObjectExpression } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { isServerProcess, runsAtServerStart, saysInProcess } from "../../analysis/atStart.ts";
import { stringOf } from "../../analysis/constants.ts";
import { electionName, inFirstWorker, isGuarded } from "../../analysis/election.ts";
import { returnedValue, valueAcross } from "../../analysis/exportedFunctions.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import {
  around,
  asCall,
  asFunction,
  asMember,
  lastName,
  propertyOf,
  settledValue,
  textOf,
} from "../../analysis/nodes.ts";
import { requestPathOf } from "../../analysis/requests/requestPath.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";

/** Methods that sign a bot in or make it ask for messages, by the class of the bot, or the function that makes it. */
const logins: ReadonlyMap<string, RegExp> = new Map([
  ["launch", /^telegraf#(?:Telegraf|default)$/],
  [
    "start",
    /^(?:grammy#Bot|matrix-bot-sdk#MatrixClient|@slack\/socket-mode#SocketModeClient|@slack\/rtm-api#RTMClient|telegram#TelegramClient|vk-io#VK)$/,
  ],
  ["startPolling", /^(?:node-telegram-bot-api#default|vk-io#VK|telegraf#(?:Telegraf|default))$/],
  ["startClient", /^matrix-js-sdk#createClient$/],
  ["login", /^(?:discord\.js|discord\.js-selfbot-v13|discordx|@sapphire\/framework)#(?:SapphireClient|Client)$/],
  ["initialize", /^whatsapp-web\.js#Client$/],
  [
    "connect",
    /^(?:tmi\.js#(?:Client|client)|eris#(?:default|Client)|oceanic\.js#Client|irc-framework#Client|@twurple\/chat#ChatClient|telegram#TelegramClient)$/,
  ],
]);

/** Functions that do at once, and modules of Nest. */
const functions =
  /^(?:@grammyjs\/runner#run|irc#Client|nestjs-telegraf#TelegrafModule\.forRoot(?:Async)?|necord#NecordModule\.forRoot(?:Async)?|@discord-nestjs\/core#DiscordModule\.forRoot(?:Async)?)$/;

/** Functions that open one session of many, if they are called for each user. */
const sessions =
  /^(?:(?:@whiskeysockets\/|@adiwajshing\/)?baileys#(?:default|makeWASocket)|mineflayer#createBot|(?:@wppconnect-team\/wppconnect|venom-bot)#create)$/;

/** What an app calls that opens the sessions which its users had, and the packages that do. */
const restoring =
  /^(?:(?:restore|resume|reconnect|recover|reload)\w{0,24}|(?:auto_?start|start|init|initiali[sz]e|load|connect|launch)_?(?:all|existing|saved|active|stored|previous)\w{0,24})(?:sessions?|instances?|devices?|clients?|accounts?|bots?|sockets?)(?:OnStartup|OnStart|FromDB|FromDatabase)?$/i;
const sessionPackages =
  /["'](?:(?:@whiskeysockets\/|@adiwajshing\/)?baileys|whatsapp-web\.js|venom-bot|@wppconnect-team\/wppconnect|@open-wa\/wa-automate|telegram)["']/;

/** Methods that wait for what comes to a mailbox. */
const mailboxes: ReadonlyMap<string, RegExp> = new Map([
  ["connect", /^(?:imapflow#ImapFlow|imap#default)$/],
  ["start", /^mail-listener\d?#(?:MailListener|default)$/],
]);

/** Bots that each worker signs in. */
export const botPerWorker: Rule = {
  id: "bot-per-worker",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    if (!app.supervised || app.workers === 1 || isTest) {
      return [];
    }
    const isSame = (test: Node) =>
      isSetting(textOf(analysis, settledValue(analysis, test))) || isMissing(analysis, test);
    const polls = /["'/]getUpdates\b/.test(analysis.module.text);
    const found = calls.filter(
      (site) => (signsIn(analysis, site, polls) || restores(analysis, site)) && !isGuarded(analysis, site.node, isSame),
    );
    if (found.length === 0 || !(app.entry === true || isServerProcess(analysis))) {
      return [];
    }
    const path = requestPathOf(analysis);
    return found.flatMap(({ node }): Finding[] => {
      const { start, end } = node.callee;
      const message = t(
        "Each worker signs this bot in, so messages are answered several times, or the sessions throw each other out: let one worker do it, or receive messages by a webhook.",
      );
      const isForRequest = path.has(node) && !runsAtServerStart(analysis, node);
      return start == null || end == null || isForRequest
        ? []
        : [{ start, end, message, fixes: inFirstWorker(analysis, node) }];
    });
  },
};

/** `if (!user) return`, `if (bot) bot.launch()`: whether there is something, which is no lock. */
function isMissing(analysis: Analysis, test: Node): boolean {
  const asked = test.type === "UnaryExpression" && test.operator === "!" ? test.argument : test;
  const text = `${textOf(analysis, asked)} ${textOf(analysis, settledValue(analysis, asked))}`;
  return (
    (asked.type === "Identifier" || asMember(asked) !== undefined) &&
    !electionName.test(text) &&
    !/lock|acquire|elect|redis|\bset(?:NX|Nx|nx)\b|\bpid\b|first|should/i.test(text)
  );
}

/** `await manager.restoreSessions()` when the server starts, in a process that opens sessions for its users. */
function restores(analysis: Analysis, { node, api }: CallSite): boolean {
  const isOwn = api === undefined || api.startsWith(".") || api.startsWith("globals#");
  return (
    isOwn &&
    node.type !== "NewExpression" &&
    restoring.test(lastName(node.callee) ?? "") &&
    saysInProcess(analysis, sessionPackages) &&
    runsAtServerStart(analysis, node)
  );
}

/** Whether a condition is a setting or a secret, which all workers have alike: `process.env.BOT_TOKEN`, `config.discord.enabled`. */
function isSetting(text: string): boolean {
  return /\b(?:env|config|settings|options)\b|token|api_?key/i.test(text) && !electionName.test(text);
}

/** @param polls Whether the file names the path that asks Telegram for messages. */
function signsIn(analysis: Analysis, site: CallSite, polls: boolean): boolean {
  const { node, api, method, receiver } = site;
  if (api !== undefined && functions.test(api)) {
    return !/webhook/i.test(textOf(analysis, node));
  }
  if (api !== undefined && sessions.test(api)) {
    return runsAtServerStart(analysis, node);
  }
  // `fetch(`${url}/getUpdates`)`, `call(token, "getUpdates", options)`.
  const [first] = node.arguments;
  const isPath = first !== undefined && /\/getUpdates\b/.test(textOf(analysis, settledValue(analysis, first)));
  if (polls && (isPath || node.arguments.some((argument) => stringOf(analysis, argument) === "getUpdates"))) {
    return runsAtServerStart(analysis, node);
  }
  if (node.type === "NewExpression") {
    return asksByItself(analysis, api ?? "", node.arguments);
  }
  const maker = method === undefined || receiver === undefined ? undefined : logins.get(method);
  const mailbox = method === undefined || receiver === undefined ? undefined : mailboxes.get(method);
  if ((maker ?? mailbox) === undefined || receiver === undefined) {
    return false;
  }
  const made = makerOf(analysis, updatesOf(receiver));
  const options = optionsOf(analysis, node.arguments[0]);
  const isMail = made !== undefined && mailbox?.test(made) === true && runsAtServerStart(analysis, node);
  return (
    isMail ||
    (made !== undefined &&
      maker?.test(made) === true &&
      (options === undefined || propertyOf(options, "webhook") === undefined))
  );
}

/** `vk` of `vk.updates.start()`. */
function updatesOf(receiver: Node): Node {
  const member = asMember(receiver);
  return member !== undefined && lastName(member) === "updates" ? member.object : receiver;
}

/** The class that a bot is of, or that its own class extends, or the function that made it. */
function makerOf(analysis: Analysis, receiver: Node, depth = 0): string | undefined {
  if (depth > 2) {
    return undefined;
  }
  if (receiver.type === "ThisExpression") {
    const owner = [...around(analysis, receiver)].find(({ type }) => /^Class(?:Declaration|Expression)$/.test(type));
    return owner && baseOf(analysis, owner);
  }
  const { analysis: file, node } = valueAcross(analysis, receiver);
  const made = asCall(node);
  const api = made && resolveApi(file, made);
  if (made === undefined || (api !== undefined && !api.module.startsWith("."))) {
    return api && `${api.module}#${api.name}`;
  }
  const owner = valueAcross(file, made.callee);
  const maker = asFunction(owner.node);
  const given = maker === undefined ? undefined : returnedValue(maker);
  return given === undefined ? baseOf(owner.analysis, owner.node) : makerOf(owner.analysis, given, depth + 1);
}

function baseOf(analysis: Analysis, owner: Node): string | undefined {
  const isClass = owner.type === "ClassDeclaration" || owner.type === "ClassExpression";
  const base = isClass && owner.superClass != null ? resolveApi(analysis, owner.superClass) : undefined;
  return base && `${base.module}#${base.name}`;
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
