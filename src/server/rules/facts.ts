import type { AssignmentExpression, Class, Node } from "@babel/types";
import { propertyName, resolveApi } from "../source/resolveApi.ts";
import { isType } from "../source/roles.ts";
import type { Analysis } from "../source/scopes.ts";
import { type ListenCall, listenCalls } from "../source/servers.ts";
import { walk } from "../source/walk.ts";
import { asCall, asFunction, asMember, type Call, type FunctionNode, functionAround } from "./nodes.ts";

/** A call, and what can be told of it at once. */
export interface CallSite {
  readonly node: Call;
  /** What is called: `fs#readFile`; see `resolveApi`. */
  readonly api: string | undefined;
  /** The name of the method: `get` of `app.get()`. */
  readonly method: string | undefined;
  /** What the method is called on. */
  readonly receiver: Node | undefined;
  /** The innermost function around it; `undefined` at the top of the module. */
  readonly inside: FunctionNode | undefined;
}

/** What several rules ask of a file, gathered once. */
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
  /** Whether anything is exported. */
  readonly exports: boolean;
  /** Whether it tests other code: it runs under a test runner and not in a worker. */
  readonly isTest: boolean;
}

const known = new WeakMap<Analysis, Facts>();

export function factsOf(analysis: Analysis): Facts {
  const before = known.get(analysis);
  if (before !== undefined) {
    return before;
  }
  const facts = gather(analysis);
  known.set(analysis, facts);
  return facts;
}

function gather(analysis: Analysis): Facts {
  const calls: CallSite[] = [];
  const functions: FunctionNode[] = [];
  const classes: Class[] = [];
  const assignments: AssignmentExpression[] = [];
  const modules = new Set<string>();
  let exports = false;
  walk(analysis.module.ast.program, (node) => {
    const call = asCall(node);
    const own = asFunction(node);
    if (call !== undefined) {
      calls.push(callSite(analysis, call));
      addModule(modules, requiredName(call));
    } else if (own !== undefined) {
      functions.push(own);
    } else if (node.type === "ClassDeclaration" || node.type === "ClassExpression") {
      classes.push(node);
    } else if (node.type === "AssignmentExpression") {
      assignments.push(node);
      exports ||= isCommonJsExport(node.left);
    } else if (node.type === "ImportDeclaration") {
      addModule(modules, node.source.value);
    } else if (node.type === "ImportExpression" && node.source.type === "StringLiteral") {
      addModule(modules, node.source.value);
    }
    exports ||= node.type.startsWith("Export") || node.type === "TSExportAssignment";
    return isType(node) ? "skip" : undefined;
  });
  return {
    calls,
    callsIn: groupBy(calls, ({ inside }) => inside),
    functions,
    functionsIn: groupBy(functions, (node) => functionAround(analysis, node)),
    classes,
    assignments,
    listens: listenCalls(analysis),
    modules,
    exports,
    isTest: isTest(analysis, modules, calls),
  };
}

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

function addModule(modules: Set<string>, name: string | undefined): void {
  if (name !== undefined) {
    modules.add(name.replace(/^node:/, ""));
  }
}

/** The module that `require("…")` gives. */
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
