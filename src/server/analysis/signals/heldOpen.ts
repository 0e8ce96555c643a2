import type { Analysis } from "../../source/scopes.ts";
import { isForDevelopment } from "../development.ts";
import { type CallSite, factsOf } from "../moduleFacts.ts";
import { asMember, lastName } from "../nodes.ts";

/** What keeps a process alive until it is closed: connections to databases and brokers, and jobs by the clock. */
const keepers: ReadonlySet<string> = new Set([
  "mongoose#connect",
  "mongoose#createConnection",
  "mongodb#MongoClient",
  "mongodb#MongoClient.connect",
  "mysql#createConnection",
  "mysql#createPool",
  "mysql2#createConnection",
  "mysql2#createPool",
  "mysql2/promise#createPool",
  "pg#Client",
  "redis#createClient",
  "ioredis#default",
  "ioredis#Redis",
  "amqplib#connect",
  "bullmq#Worker",
  "bullmq#Queue",
  "bull#default",
  "mqtt#connect",
  "nats#connect",
  "node-cron#schedule",
  "node-schedule#scheduleJob",
  "cron#CronJob",
]);

const interesting =
  /\b(?:mongoose|mongodb|mysql2?|pg|redis|ioredis|amqplib|bullmq|bull|mqtt|nats|node-cron|node-schedule|cron)\b|setInterval/;

/** Whether a process has something open besides its servers, in any of its files, so that it does not end when they have closed. */
export function holdsOpen(analysis: Analysis): boolean {
  const isHeld = (file: Analysis) =>
    !factsOf(file).isTest &&
    factsOf(file).calls.some((site) => isKeeper(file, site) && !isForDevelopment(file, site.node));
  return isHeld(analysis) || (analysis.files?.beside(analysis.module, interesting) ?? []).some(isHeld);
}

function isKeeper(analysis: Analysis, { node, api, inside }: CallSite): boolean {
  if (api === "globals#setInterval" || api === "timers#setInterval") {
    const holder = analysis.parentOf(node);
    const isFree = asMember(holder) !== undefined && lastName(holder ?? node) === "unref";
    return inside === undefined && !isFree && holder?.type === "ExpressionStatement";
  }
  return api !== undefined && keepers.has(api);
}
