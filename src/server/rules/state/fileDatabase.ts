import type { Node } from "@babel/types";
import { t } from "../../../shared/translate.ts";
import { isServerProcess } from "../../analysis/atStart.ts";
import { isForDevelopment } from "../../analysis/development.ts";
import { factsOf } from "../../analysis/moduleFacts.ts";
import { settledValue, textOf } from "../../analysis/nodes.ts";
import type { Finding, Rule } from "../../analysis/rule.ts";
import { ownFileDatabases, rewrittenFiles } from "./ownFileDatabase.ts";

/** What reads a file into memory, and writes all of it back. */
const whole =
  /^(?:lowdb(?:\/(?:node|lib\/.*))?#(?:Low|LowSync|default|JSONFilePreset|JSONFileSyncPreset)|node-json-db#(?:JsonDB|default)|(?:nedb|nedb-promises?|@seald-io\/nedb|nedb-async)#(?:default|Datastore|Nedb)(?:\.create)?|simple-json-db#default|node-persist#(?:init|initSync|create)|node-localstorage#LocalStorage|lokijs#default|json-server#router|diskdb#connect|tingodb#default)$/;

/** What only one process can open. */
const locked =
  /^(?:level#(?:Level|default)|classic-level#ClassicLevel|leveldown#default|rocksdb#default|level-rocksdb#default)$/;

/** `new Memory()` of lowdb and the like, and NeDB without a file. */
const inMemory = /^new \w*Memory\w*\(|inMemoryOnly: true/;

/** Databases in a file that are made for a single process. */
export const fileDatabase: Rule = {
  id: "file-database",
  severity: "warning",
  check({ analysis, app }) {
    const { calls, isTest } = factsOf(analysis);
    if (!app.supervised || app.workers === 1 || isTest) {
      return [];
    }
    const found = calls.flatMap(({ node, api }): { readonly node: Node; readonly message: string }[] => {
      if (api === undefined) {
        return [];
      }
      const message = whole.test(api) ? messageOfWhole() : locked.test(api) ? messageOfLocked() : undefined;
      // `lowdb(adapter)` of version 1 and `Datastore.create()` are calls, the rest are classes.
      const isMade =
        node.type === "NewExpression" ||
        !/#(?:Low|LowSync|JsonDB|Level|ClassicLevel|LocalStorage|Datastore)$/.test(api);
      const isKept = node.arguments.some(
        (argument) => !inMemory.test(textOf(analysis, settledValue(analysis, argument))),
      );
      return message === undefined || !isMade || !isKept || isForDevelopment(analysis, node)
        ? []
        : [{ node: node.callee, message }];
    });
    found.push(
      ...ownFileDatabases(analysis).flatMap(({ node }) =>
        isForDevelopment(analysis, node) ? [] : [{ node: node.callee, message: messageOfWhole() }],
      ),
    );
    const isServer = found.length > 0 && (app.entry === true || isServerProcess(analysis));
    const kept = isServer ? found : [];
    const marked = new Set(kept.map(({ node }) => node));
    // What requests do shows that it is a server.
    const rewritten = rewrittenFiles(analysis).filter(
      ({ node }) => !marked.has(node.callee) && !isForDevelopment(analysis, node),
    );
    return [
      ...kept.flatMap(({ node, message }) => findingAt(node, message)),
      ...rewritten.flatMap(({ node }) => findingAt(node.callee, messageOfRewritten())),
    ];
  },
};

function findingAt({ start, end }: Node, message: string): Finding[] {
  return start == null || end == null ? [] : [{ start, end, message, fixes: [] }];
}

function messageOfWhole(): string {
  return t(
    "Each worker keeps this data in its own memory and writes all of it back, so workers don't see each other's changes and overwrite them: use a database that several processes can share, such as SQLite.",
  );
}

function messageOfRewritten(): string {
  return t(
    "Workers that read, change and write this file at the same time overwrite each other's changes, or read it half written: use a database that several processes can share, such as SQLite.",
  );
}

function messageOfLocked(): string {
  return t(
    "Only one process can open this database at a time, so the other workers fail here, and those of the new generation in a reload: use one that several processes can share, or one worker with `renewal` stopFirst.",
  );
}
