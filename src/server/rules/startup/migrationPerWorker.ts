import type { Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { isServerProcess, runsAtServerStart } from "../../analysis/atStart.ts";
import { stringOf } from "../../analysis/constants.ts";
import { isForDevelopment } from "../../analysis/development.ts";
import { isElected, isGuarded } from "../../analysis/election.ts";
import { functionElsewhere, valueAcross } from "../../analysis/exportedFunctions.ts";
import { type CallSite, factsOf } from "../../analysis/moduleFacts.ts";
import {
  around,
  asCall,
  asFunction,
  asMember,
  functionName,
  keyOf,
  lastName,
  settledValue,
  textOf,
} from "../../analysis/nodes.ts";
import { calledFunction, reachable } from "../../analysis/requests/requestPath.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import { resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import { nodesOf } from "../../source/walk.ts";

/** Functions of packages that change the schema of a database. */
const functions =
  /^(?:drizzle-orm\/.+\/migrator#migrate|node-pg-migrate#(?:default|runner)|postgres-migrations#migrate|migrate-mongo#up|[^.~].*#runMigrations)$/;

/** Methods that do, by what they are called on: a class of a package, or its usual name. */
const methods: ReadonlyMap<string, { readonly made: RegExp; readonly named: RegExp }> = new Map([
  ["sync", { made: /sequelize#(?:Sequelize|default)$|sequelize-typescript#Sequelize/, named: /^sequelize$/i }],
  ["runMigrations", { made: /^typeorm#/, named: /dataSource|connection|^conn$|^orm$|^db$/i }],
  ["synchronize", { made: /^typeorm#/, named: /^(?:app)?dataSource$/i }],
  ["syncIndexes", { made: /^mongoose#/, named: /^[A-Z]\w*$|^mongoose$/ }],
  ["latest", { made: /^$/, named: /^migrate$/ }],
  ["up", { made: /^(?:umzug#Umzug|db-migrate#(?:default\.)?getInstance)$/, named: /^(?:umzug|migrator)$/i }],
  ["migrate", { made: /^postgrator#default$/, named: /^postgrator$/i }],
  ["migrateToLatest", { made: /^kysely#Migrator$/, named: /^migrator$/i }],
  ["applyMigrations", { made: /^@prisma\/migrate#/, named: /^migrate$/ }],
  ["updateSchema", { made: /^$/, named: /schemaGenerator|^generator$|^schema$/i }],
]);

/** What starts programs. */
const runners = /^(?:child_process|execa|cross-spawn|shelljs|zx|tinyexec)#/;

/** Options of TypeORM that do. */
const options: ReadonlySet<string> = new Set(["synchronize", "migrationsRun", "dropSchema"]);

const programs =
  /\b(?:prisma\s+(?:migrate\s+deploy|db\s+push)|(?:sequelize(?:-cli)?|knex|typeorm|drizzle-kit)\s+(?:db:migrate|migrate:latest|migration:run|push|migrate))\b/;

/** Changes of the schema of a database, made by each worker that starts. */
export const migrationPerWorker: Rule = {
  id: "migration-per-worker",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    if (!app.supervised || app.workers === 1 || isTest) {
      return [];
    }
    const made = calls.filter(
      (site) =>
        migrates(analysis, site) &&
        !isForDevelopment(analysis, site.node) &&
        !isGuarded(analysis, site.node) &&
        !isLocked(analysis, site.node) &&
        runsAtServerStart(analysis, site.node),
    );
    return [...made.map(({ node }) => node.callee), ...setOptions(analysis)].flatMap(({ start, end }): Finding[] => {
      const message = t(
        "Each worker that starts changes the database, several of them at once and while the old generation still serves from it: do it before the app starts, for instance in `preReload`.",
      );
      return start == null || end == null ? [] : [{ start, end, message, fixes: [] }];
    });
  },
};

/** Whether only one at a time does it: by a lock in a function around it, or by `withLock(migrate)`. */
function isLocked(analysis: Analysis, node: Node): boolean {
  const owners = [...around(analysis, node)].filter((parent) => asFunction(parent) !== undefined);
  const names = owners.flatMap((owner) => functionName(analysis, owner) ?? []).filter((name) => /^\w+$/.test(name));
  const locking = names.length === 0 ? undefined : new RegExp(`[lL]ock\\w*\\(\\s*(?:${names.join("|")})\\b`);
  return (
    owners.some((owner) => isElected(analysis, owner)) ||
    (locking !== undefined &&
      (locking.test(analysis.module.text) || (analysis.files?.importers(analysis.module, locking) ?? []).length > 0))
  );
}

function migrates(analysis: Analysis, { node, api, method, receiver }: CallSite): boolean {
  if (api !== undefined && functions.test(api)) {
    return true;
  }
  if (api !== undefined && runners.test(api)) {
    return programs.test(commandOf(analysis, node.arguments));
  }
  const known = method === undefined ? undefined : methods.get(method);
  if (isOwnMigration(analysis, node) || appliesFile(analysis, node)) {
    return true;
  }
  if (known === undefined || receiver === undefined) {
    return false;
  }
  const { analysis: file, node: owner } = valueAcross(analysis, receiver);
  const maker = asCall(owner) && resolveApi(file, owner);
  const member = asMember(asCall(owner)?.callee);
  if (method === "sync" && isModel(file, owner)) {
    return true;
  }
  return (
    known.named.test(lastName(receiver) ?? "") ||
    // `orm.getMigrator().up()`
    known.named.test(member === undefined ? "" : (lastName(member) ?? "").replace(/^get/, "")) ||
    (maker !== undefined && known.made.test(`${maker.module}#${maker.name}`))
  );
}

/** A model of Sequelize: `sequelize.define("user", …)`, and a class of the app that extends one. */
function isModel(analysis: Analysis, owner: Node): boolean {
  if (owner.type === "ClassDeclaration" || owner.type === "ClassExpression") {
    const base = owner.superClass == null ? undefined : resolveApi(analysis, owner.superClass);
    return base !== undefined && /^sequelize(?:-typescript)?$/.test(base.module) && base.name === "Model";
  }
  const member = asMember(asCall(owner)?.callee);
  return (
    member !== undefined &&
    lastName(member) === "define" &&
    [...factsOf(analysis).modules].some((name) => name.startsWith("sequelize"))
  );
}

/** A function of the app that changes the schema, by its name and by the statements in it. */
function isOwnMigration(analysis: Analysis, node: CallSite["node"]): boolean {
  if (
    !/^(?:run|apply|do|perform|execute)?_?(?:db|database|schema)?_?migrat(?:e|ions)/i.test(lastName(node.callee) ?? "")
  ) {
    return false;
  }
  const own = calledFunction(analysis, node);
  const called = own === undefined ? functionElsewhere(analysis, node) : { analysis, node: own };
  // What it calls in its own file belongs to it.
  const parts = called === undefined ? [] : [...reachable(called.analysis, [called.node])];
  const text = parts.map((part) => (called === undefined ? "" : textOf(called.analysis, part))).join("\n");
  return (
    /\b(?:create|alter)\s+table\b|\bmigrations\b/i.test(text) && /\.(?:exec|execute|query|run|raw)\s*\(/.test(text)
  );
}

/** `await query(readFileSync("db/schema.sql", "utf8"))`: the statements of a file for the schema. */
function appliesFile(analysis: Analysis, { callee, arguments: given }: CallSite["node"]): boolean {
  const [first] = /^(?:query|exec|execute|run|raw|unsafe|executeSql)$/.test(lastName(callee) ?? "") ? given : [];
  const read = first && asCall(unawaited(settledValue(analysis, first)));
  return (
    read !== undefined &&
    /^readFile(?:Sync)?$/.test(lastName(read.callee) ?? "") &&
    read.arguments.some((argument) => schemaFile.test(textOf(analysis, settledValue(analysis, argument))))
  );
}

const schemaFile = /(?:schema|migrat|init|tables?|setup)[\w.-]*\.sql\b/i;

function unawaited(node: Node): Node {
  return node.type === "AwaitExpression" ? node.argument : node;
}

/** What a program is started with, as far as it is written out. */
function commandOf(analysis: Analysis, given: readonly Node[]): string {
  return given
    .slice(0, 2)
    .flatMap((argument) => {
      const node = settledValue(analysis, argument);
      const parts = node.type === "ArrayExpression" ? node.elements.filter((part) => part !== null) : [node];
      return parts.map((part) => stringOf(analysis, part) ?? "");
    })
    .join(" ");
}

/** `synchronize: true` among the options of TypeORM. */
function setOptions(analysis: Analysis): Node[] {
  const { modules } = factsOf(analysis);
  const isTypeOrm = [...modules].some((name) => /^(?:typeorm|@nestjs\/(?:typeorm|sequelize))$/.test(name));
  const found = (isTypeOrm ? nodesOf(analysis.module.ast.program, "ObjectProperty") : []).filter(
    (property) =>
      options.has(keyOf(property) ?? "") &&
      property.value.type === "BooleanLiteral" &&
      property.value.value &&
      isOfDatabase(analysis, property) &&
      !isNamedForDevelopment(analysis, property) &&
      !isForDevelopment(analysis, property),
  );
  // A program that only works through a queue listens nowhere, and is no app with several workers.
  return found.length > 0 && (analysis.files === undefined || isServerProcess(analysis)) ? found : [];
}

/** `const devConfig = { … }` */
function isNamedForDevelopment(analysis: Analysis, property: Node): boolean {
  return [...around(analysis, property)].some(
    (parent) =>
      parent.type === "VariableDeclarator" &&
      parent.id.type === "Identifier" &&
      /^(?:dev|Dev|DEV|development|test|TEST)(?![a-z])/.test(parent.id.name),
  );
}

/** Whether options are those of a connection: `type`, `url` or `entities` stand beside. */
function isOfDatabase(analysis: Analysis, property: Node): boolean {
  const owner = analysis.parentOf(property);
  return (
    owner?.type === "ObjectExpression" &&
    owner.properties.some(
      (other) =>
        other.type === "ObjectProperty" &&
        /^(?:type|url|host|database|entities|autoLoadEntities)$/.test(keyOf(other) ?? ""),
    )
  );
}
