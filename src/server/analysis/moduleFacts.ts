import type { AssignmentExpression, Class, Node, Program } from "@babel/types";
import { type FunctionNode, functionTypes } from "../source/declare.ts";
import { propertyName, resolveApi } from "../source/resolveApi.ts";
import type { Analysis } from "../source/scopes.ts";
import { type ListenCall, listenCalls } from "../source/serverCalls.ts";
import type { SourceModule } from "../source/sourceModule.ts";
import { nodesOf } from "../source/walk.ts";
import { asMember, type Call, functionAround } from "./nodes.ts";

/** A call, and what is known of it without further analysis. */
export interface CallSite {
  readonly node: Call;
  /** The called function: `fs#readFile`; see `resolveApi`. */
  readonly api: string | undefined;
  /** The name of the method: `get` of `app.get()`. */
  readonly method: string | undefined;
  /** What the method is called on. */
  readonly receiver: Node | undefined;
  /** The innermost function around it; `undefined` at the top of the module. */
  readonly inside: FunctionNode | undefined;
}

/** What several rules need to know about a file, collected once. */
export interface Facts {
  readonly calls: readonly CallSite[];
  readonly callsIn: ReadonlyMap<FunctionNode | undefined, readonly CallSite[]>;
  readonly functions: readonly FunctionNode[];
  readonly functionsIn: ReadonlyMap<FunctionNode | undefined, readonly FunctionNode[]>;
  readonly classes: readonly Class[];
  readonly assignments: readonly AssignmentExpression[];
  readonly listens: readonly ListenCall[];
  /** The modules that are imported or required, without `node:`. */
  readonly modules: ReadonlySet<string>;
  readonly exports: boolean;
  /** Whether it tests other code: it runs under a test runner and not in a worker. */
  readonly isTest: boolean;
}

/** By the parsed file: what its package holds besides changes nothing of this. */
const known = new WeakMap<SourceModule, Facts>();

export function factsOf(analysis: Analysis): Facts {
  const before = known.get(analysis.module);
  if (before !== undefined) {
    return before;
  }
  const facts = gather(analysis);
  known.set(analysis.module, facts);
  return facts;
}

function gather(analysis: Analysis): Facts {
  const { program } = analysis.module.ast;
  const callNodes = nodesOf(program, "CallExpression", "OptionalCallExpression", "NewExpression");
  const calls = callNodes.map((call) => callSite(analysis, call));
  const functions = nodesOf(program, ...functionTypes);
  const assignments = nodesOf(program, "AssignmentExpression");
  const modules = modulesOf(program, callNodes);
  return {
    calls,
    callsIn: groupBy(calls, ({ inside }) => inside),
    functions,
    functionsIn: groupBy(functions, (node) => functionAround(analysis, node)),
    classes: nodesOf(program, "ClassDeclaration", "ClassExpression"),
    assignments,
    listens: listenCalls(analysis),
    modules,
    exports: nodesOf(program, ...exportTypes).length > 0 || assignments.some(({ left }) => isCommonJsExport(left)),
    isTest: isTest(analysis, modules, calls),
  };
}

const exportTypes = [
  "ExportAllDeclaration",
  "ExportDefaultDeclaration",
  "ExportNamedDeclaration",
  "TSExportAssignment",
] as const;

function callSite(analysis: Analysis, node: Call): CallSite {
  const api = resolveApi(analysis, node);
  const member = asMember(node.callee);
  return {
    node,
    api: api && `${api.module}#${api.name}`,
    method: member && propertyName(member),
    receiver: member?.object,
    inside: functionAround(analysis, node),
  };
}

function modulesOf(program: Program, calls: readonly Call[]): Set<string> {
  const imported = nodesOf(program, "ImportDeclaration", "ImportExpression").map(({ source }) =>
    source.type === "StringLiteral" ? source.value : undefined,
  );
  const names = [...imported, ...calls.map(requiredName)].filter((name) => name !== undefined);
  return new Set(names.map((name) => name.replace(/^node:/, "")));
}

/** The module that `require("…")` returns. */
export function requiredName({ callee, arguments: [source] }: Call): string | undefined {
  return callee.type === "Identifier" && callee.name === "require" && source?.type === "StringLiteral"
    ? source.value
    : undefined;
}

function isCommonJsExport(left: Node): boolean {
  const member = asMember(left);
  if (member === undefined) {
    return false;
  }
  const { object } = member;
  return object.type === "Identifier"
    ? object.name === "exports" || (object.name === "module" && propertyName(member) === "exports")
    : isCommonJsExport(object);
}

const testRunners =
  /^(?:test|vitest|mocha|jest|@jest\/globals|tap|tape|ava|supertest|uvu|chai|@playwright\/test|@nestjs\/testing)$/;

function isTest(
  { module: { uri }, root }: Analysis,
  modules: ReadonlySet<string>,
  calls: readonly CallSite[],
): boolean {
  if (/\.(?:test|spec|e2e|bench)(?:-d)?\.[cm]?[jt]sx?$/i.test(uri)) {
    return true;
  }
  const isNamed = (name: string) =>
    calls.some(
      ({ node: { callee } }) => callee.type === "Identifier" && callee.name === name && !root.bindings.has(name),
    );
  return (
    [...modules].some((name) => testRunners.test(name)) || (isNamed("describe") && (isNamed("it") || isNamed("test")))
  );
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [item]);
    } else {
      group.push(item);
    }
  }
  return groups;
}
