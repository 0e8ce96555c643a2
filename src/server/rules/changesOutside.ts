import type { Node } from "@babel/types";
import { stringOf } from "../analysis/constants.ts";
import { type CallSite, factsOf } from "../analysis/moduleFacts.ts";
import { asCall, asMember, functionAround, lastName, propertyOf, settledValue } from "../analysis/nodes.ts";
import type { FunctionNode } from "../source/declare.ts";
import type { Analysis } from "../source/scopes.ts";
import { nodesOf } from "../source/walk.ts";

const senders =
  /^(?:nodemailer|@sendgrid\/mail|resend|twilio|stripe|@slack\/web-api|pg|mysql2?(?:\/promise)?|mongodb|mongoose|@prisma\/client|knex|sequelize|typeorm|drizzle-orm(?:\/.+)?|better-sqlite3|@aws-sdk\/.+)$/;

/** Methods that change something in a database, a bucket or a mailbox. */
const changing =
  /^(?:sendMail|sendEmail|send_?message|deleteMany|insertMany|updateMany|deleteOne|insertOne|updateOne|createMany|bulkWrite|destroy|\$executeRaw|postMessage|putObject|execute)$/i;

/** The same, of which the names alone say little: of a model, a table or a repository. */
const changingModel =
  /^(?:create|update|updateOne|upsert|remove|delete|deleteOne|destroy|save|truncate|findOneAndDelete|findOneAndUpdate|findByIdAndDelete|findByIdAndUpdate)$/;

/** `Session.destroy`, `prisma.session.delete`, `this.sessionRepository.delete`, `db.collection("sessions").remove` */
function isModel(receiver: Node): boolean {
  const name = lastName(receiver) ?? "";
  const owner = asMember(receiver)?.object;
  const call = asCall(receiver);
  return (
    (/^[A-Z][a-z]\w*$/.test(name) && !/^(?:Object|Reflect|Promise|Map|Set|Cache|Storage)$/.test(name)) ||
    /(?:Repo|Repository|Model|Collection)$/i.test(name) ||
    /^(?:prisma|db)$/.test((owner && lastName(owner)) ?? "") ||
    (call !== undefined && /^(?:collection|model|getRepository|from|knex|db)$/.test(lastName(call.callee) ?? ""))
  );
}

const changingService = /^(?:create|patch|remove|update)$/;

/** `app.service("donations")` of Feathers. */
function isService(analysis: Analysis, receiver: Node): boolean {
  const call = asCall(settledValue(analysis, receiver));
  const [name] = call?.arguments ?? [];
  return (
    call !== undefined &&
    asMember(call.callee) !== undefined &&
    lastName(call.callee) === "service" &&
    name !== undefined &&
    call.arguments.length === 1
  );
}

const changingStatement = /^\s*(?:delete\s+from|insert\s+into|update\s|truncate\s|refresh\s+materialized)/i;

/** What is given a statement in SQL. */
const asking = /^(?:query|run|prepare|execute|exec|raw|unsafe)$/;

/** How a text begins: also that of a template with parts that only a run would show, or with a tag. */
function startOf(analysis: Analysis, expression: Node): string {
  const node = settledValue(analysis, expression);
  const template = node.type === "TaggedTemplateExpression" ? node.quasi : node;
  return template.type === "TemplateLiteral"
    ? (template.quasis[0]?.value.cooked ?? "")
    : node.type === "BinaryExpression"
      ? startOf(analysis, node.left)
      : (stringOf(analysis, node) ?? "");
}

/** ``await sql`DELETE FROM sessions …` `` */
export function changesByTag(analysis: Analysis, functions: readonly FunctionNode[]): boolean {
  return nodesOf(analysis.module.ast.program, "TaggedTemplateExpression").some((node) => {
    const inside = functionAround(analysis, node);
    return inside !== undefined && functions.includes(inside) && changingStatement.test(startOf(analysis, node));
  });
}

/** Whether a call changes something that all workers share, as far as its name and its arguments tell. */
export function changesOutside(analysis: Analysis, { node, api, method, receiver }: CallSite): boolean {
  const [first, second] = node.arguments;
  if (api === "globals#fetch" || api?.startsWith("undici#")) {
    const options = second && settledValue(analysis, second);
    const verb = options?.type === "ObjectExpression" ? propertyOf(options, "method") : undefined;
    const name = verb === undefined || verb === "unknown" ? undefined : stringOf(analysis, verb);
    return name !== undefined && !/^(?:GET|HEAD)$/i.test(name);
  }
  if (api !== undefined && /^axios#(?:post|put|patch|delete)$/.test(api)) {
    return true;
  }
  const { modules } = factsOf(analysis);
  if (first !== undefined && asking.test(method ?? "") && changingStatement.test(startOf(analysis, first))) {
    return true;
  }
  const isQuery =
    /^(?:db|database|tx|drizzle)$/.test((receiver && lastName(receiver)) ?? "") &&
    [...modules].some((name) => /^drizzle-orm(?:\/|$)/.test(name));
  if (receiver !== undefined && changingModel.test(method ?? "") && (isQuery || isModel(receiver))) {
    return true;
  }
  if (receiver !== undefined && changingService.test(method ?? "") && isService(analysis, receiver)) {
    return true;
  }
  return (
    method !== undefined &&
    changing.test(method) &&
    (isShared(method) || [...modules].some((name) => senders.test(name)))
  );
}

/** Names that are unambiguous, whatever they are called on. */
function isShared(method: string): boolean {
  return /^(?:sendMail|sendEmail|deleteMany|insertMany|updateMany|createMany|bulkWrite)$/.test(method);
}
