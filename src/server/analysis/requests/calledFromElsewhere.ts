import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import { propertyName, resolveApi, resolveValue } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import type { SourceModule } from "../../source/sourceModule.ts";
import { nodesOf } from "../../source/walk.ts";
import { setUpName } from "../bootName.ts";
import { exportedFunction, exportedFunctions, returnedFunction } from "../exportedFunctions.ts";
import { factsOf } from "../moduleFacts.ts";
import { asCall, asMember, keyOf, settledValue } from "../nodes.ts";
import { type Exporter, exportersOf } from "./exporters.ts";
import { routeFunctions, takesHandlers } from "./frameworks.ts";
import { handingsOf, usesOfHanding } from "./handings.ts";
import { asksOf, handedOn, type OfFile, ofOtherFile } from "./heldByName.ts";
import { isNestSingleton } from "./nestSingleton.ts";
import { describedHandlers, isLooped, listedValues, resolversIn, spreadIn } from "./routeLists.ts";

/** A file whose functions are looked for, and how to learn which of another file's code answers requests. */
interface Callers {
  readonly analysis: Analysis;
  readonly isInRequest: (importer: Analysis, node: Node) => boolean;
}

/** The functions of a file that other files of its package register as handlers of requests, or call while they answer one. */
export function calledFromElsewhere({ analysis, isInRequest }: Callers): FunctionNode[] {
  const { files, module } = analysis;
  const found: FunctionNode[] = [];
  const services = factsOf(analysis).classes.filter((owner) => isNestSingleton(analysis, owner));
  const ownMethods = services.flatMap(({ body }) => body.body.filter((member) => member.type === "ClassMethod"));
  for (const { file, nameOf } of exportersOf(analysis)) {
    for (const importer of files?.importers(file.module) ?? []) {
      const uses = factsOf(importer).isTest ? undefined : usesOf(importer);
      for (const [specifier, used] of uses?.ofModule ?? []) {
        if (files?.leadsTo(importer.module, specifier, file.module) === true) {
          for (const use of used) {
            const name = use.name === "*" && file === analysis ? "*" : nameOf(use.name);
            const named = name === undefined ? [] : functionsNamed(analysis, { ...use, name });
            if (named.length > 0 && (use.call === undefined || isInRequest(importer, use.call))) {
              found.push(...named);
            }
          }
        }
      }
      found.push(...handedFrom(analysis, { importer, file, nameOf }, isInRequest));
    }
  }
  found.push(...handedByItself(analysis, isInRequest));
  for (const importer of files?.importers(module) ?? []) {
    const uses = factsOf(importer).isTest ? undefined : usesOf(importer);
    for (const method of ownMethods) {
      const calls = uses?.ofThis.get(keyOf(method) ?? "") ?? [];
      if (calls.some((call) => isInRequest(importer, call))) {
        found.push(method);
      }
    }
    if (uses !== undefined) {
      found.push(...askedByName(analysis, importer, isInRequest));
    }
  }
  return found;
}

/** What an importer hands on of a file to a function or class of a third, which calls it while it answers requests. */
function handedFrom(
  analysis: Analysis,
  { importer, file, nameOf }: Exporter & { readonly importer: Analysis },
  isInRequest: Callers["isInRequest"],
): FunctionNode[] {
  const handings = factsOf(importer).isTest ? [] : handingsOf(importer);
  return handings.flatMap((handing) => {
    const { of } = handing;
    const name =
      of !== undefined && analysis.files?.leadsTo(importer.module, of.module, file.module)
        ? nameOf(of.name)
        : undefined;
    if (of === undefined || name === undefined) {
      return [];
    }
    return usesOfHanding(importer, handing).flatMap(({ file: user, method, place }) => {
      const isBoot = method !== undefined && (setUpName.test(method) || starting.test(method));
      const functions = isBoot ? [] : functionsNamed(analysis, { name, made: of.made, method });
      return functions.length > 0 && (place === undefined || isInRequest(user, place)) ? functions : [];
    });
  });
}

/** The functions of a file that it hands on itself. */
function handedByItself(analysis: Analysis, isInRequest: Callers["isInRequest"]): FunctionNode[] {
  return handingsOf(analysis).flatMap((handing) => {
    const { own } = handing;
    const uses = own === undefined ? [] : usesOfHanding(analysis, handing);
    const isAsked = uses.some(
      ({ file, method, place }) => method === undefined && (place === undefined || isInRequest(file, place)),
    );
    return own !== undefined && isAsked ? [own] : [];
  });
}

/** What others call of this file by the name under which an importer has handed it on: `req.app.locals.store.add()`. */
function askedByName(analysis: Analysis, importer: Analysis, isInRequest: Callers["isInRequest"]): FunctionNode[] {
  const { files, module } = analysis;
  const own = handedOn(importer).filter(({ of }) => files?.leadsTo(importer.module, of.module, module) === true);
  return own.flatMap(({ name, of }) => {
    const askers = files?.beside(module, name) ?? [];
    const asks = askers.flatMap((file) =>
      factsOf(file).isTest ? [] : (asksOf(file).get(name) ?? []).map((ask) => ({ file, ...ask })),
    );
    const methods = new Set(
      asks.map(({ method }) => method).filter((method) => !setUpName.test(method) && !starting.test(method)),
    );
    return [...methods].flatMap((method) => {
      const functions = functionsNamed(analysis, { ...of, method });
      const isAsked =
        functions.length > 0 && asks.some((ask) => ask.method === method && isInRequest(ask.file, ask.call));
      return isAsked ? functions : [];
    });
  });
}

/** The functions of a file that are meant by what another calls or hands on. */
function functionsNamed(
  analysis: Analysis,
  { name, made, method }: Pick<OfFile, "name" | "made"> & { readonly method?: string | undefined },
): FunctionNode[] {
  if (name === "*") {
    return exportedFunctions(analysis);
  }
  if (method === undefined) {
    return list(exportedFunction(analysis, name));
  }
  switch (made) {
    case "new":
      return list(exportedFunction(analysis, `${name}.prototype.${method}`));
    case "call":
      return list(returnedFunction(analysis, name, method));
    default:
      return list(exportedFunction(analysis, name === "default" ? method : `${name}.${method}`));
  }
}

function list(one: FunctionNode | undefined): FunctionNode[] {
  return one === undefined ? [] : [one];
}

/** Whether a call only sets something up, by its name: `register(user)` signs somebody up where a request asks for it. */
function setsUp(name: string, call: Node): boolean {
  const isGiven = (asCall(call)?.arguments.length ?? 0) > 0;
  return (
    setUpName.test(name) && !/^register/.test(name) && !(isGiven && /^(?:init|initiali[sz]e|create)[A-Z]/.test(name))
  );
}

/** What begins a server anew, although a request asked for it. */
const starting = /^(?:re)?start(?:Server)?$/;

/** A function of another file that becomes a handler of requests, or is called, with the call; `*` for any of its exports. */
interface Use extends Pick<OfFile, "name" | "made"> {
  readonly method: string | undefined;
  readonly call: Node | undefined;
}

/** What a file has to do with functions of other files. */
interface Uses {
  /** By what is imported. */
  readonly ofModule: ReadonlyMap<string, readonly Use[]>;
  /** `this.users.find()`, the method of a service that a controller is given, by the method's name. */
  readonly ofThis: ReadonlyMap<string, readonly Node[]>;
}

/** By the parsed file, whose importers and imports change nothing of this. */
const known = new WeakMap<SourceModule, Uses>();

function usesOf(analysis: Analysis): Uses {
  const before = known.get(analysis.module);
  if (before !== undefined) {
    return before;
  }
  const ofModule = new Map<string, Use[]>();
  const ofThis = new Map<string, Node[]>();
  const loops: Node[] = [];
  const add = (of: OfFile | undefined, method: string | undefined, call: Node | undefined) => {
    const last = method ?? of?.name.split(".").at(-1) ?? "";
    // A handler may well be called `register`, or `initializePayment`.
    if (of !== undefined && (call === undefined || !(setsUp(last, call) || starting.test(last)))) {
      push(ofModule, of.module, { name: of.name, made: of.made, method, call });
    }
  };
  const addHandler = (node: Node, call?: Node) => {
    const api = resolveValue(analysis, node);
    const member = asMember(node);
    const method = member && propertyName(member);
    if (api !== undefined) {
      add({ ...api, made: undefined }, undefined, call);
    } else if (member !== undefined && method !== undefined) {
      add(ofOtherFile(analysis, member.object), method, call);
    }
  };
  for (const site of factsOf(analysis).calls) {
    const { node, method, receiver } = site;
    if (takesHandlers(analysis, site)) {
      for (const named of node.arguments.flatMap((argument) => namedIn(analysis, argument))) {
        addHandler(named);
      }
    }
    const [event, listener] = method === "on" || method === "once" ? node.arguments : [];
    const isListener = event?.type === "StringLiteral" && listener !== undefined;
    for (const named of isListener ? namedIn(analysis, listener) : []) {
      addHandler(named, node);
    }
    if (node.type === "NewExpression") {
      continue;
    }
    const api = resolveApi(analysis, node);
    const member = asMember(node.callee);
    if (api !== undefined) {
      add({ ...api, made: undefined }, undefined, node);
    } else if (member !== undefined && method !== undefined) {
      add(ofOtherFile(analysis, member.object), method, node);
    } else if (member?.computed === true) {
      // `commands[name](message)`
      for (const owner of [member.object, ...spreadIn(analysis, member.object)]) {
        const whole = resolveValue(analysis, owner);
        add(whole && { module: whole.module, name: "*", made: undefined }, undefined, node);
      }
    }
    // `for (const plugin of this.plugins) plugin.serve(request)`
    for (const element of method !== undefined && member !== undefined ? listedValues(analysis, member.object) : []) {
      add(ofOtherFile(analysis, element), method, node);
    }
    if (method !== undefined && asMember(receiver)?.object.type === "ThisExpression") {
      push(ofThis, method, node);
    }
    if (member === undefined && isLooped(analysis, node.callee)) {
      loops.push(node);
    }
    for (const value of method === undefined && member === undefined ? [] : listedValues(analysis, node.callee)) {
      const listed = resolveValue(analysis, value);
      add(listed && { ...listed, made: undefined }, undefined, node);
    }
  }
  // Steps that a loop calls one after the other: which list it has only a run would show.
  for (const { elements } of loops.length > 0 ? nodesOf(analysis.module.ast.program, "ArrayExpression") : []) {
    const steps = elements.flatMap((element) => (element === null ? [] : (resolveValue(analysis, element) ?? [])));
    const isList =
      steps.length > 0 && steps.length === elements.length && steps.every((step) => step.module.startsWith("."));
    for (const step of isList ? steps : []) {
      for (const loop of loops) {
        add({ ...step, made: undefined }, undefined, loop);
      }
    }
  }
  for (const object of nodesOf(analysis.module.ast.program, "ObjectExpression")) {
    for (const value of [...describedHandlers(analysis, object), ...resolversIn(analysis, object)]) {
      for (const named of namedIn(analysis, value)) {
        addHandler(named);
      }
    }
  }
  const uses = { ofModule, ofThis };
  known.set(analysis.module, uses);
  return uses;
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) {
    map.set(key, [value]);
  } else {
    list.push(value);
  }
}

/** What an argument of a route names: itself, in a list, or wrapped: `wrap(users.list)`. What a call gives is another function. */
function namedIn(analysis: Analysis, argument: Node, depth = 0): Node[] {
  const node = settledValue(analysis, argument);
  const call = asCall(node);
  if (depth > 2 || node.type === "NewExpression") {
    return [];
  }
  if (call !== undefined && resolveValue(analysis, argument) !== undefined) {
    // `require("./users")`
    return [argument];
  }
  if (node.type === "ArrayExpression") {
    return node.elements.flatMap((element) => (element === null ? [] : namedIn(analysis, element, depth + 1)));
  }
  if (node.type === "ObjectExpression") {
    return node.properties.flatMap((property) =>
      property.type === "ObjectProperty" && routeFunctions.has(keyOf(property) ?? "")
        ? namedIn(analysis, property.value, depth + 1)
        : [],
    );
  }
  if (call === undefined) {
    return [node, ...(depth === 0 ? listedValues(analysis, node).flatMap((one) => namedIn(analysis, one, 1)) : [])];
  }
  const member = asMember(call.callee);
  const bound = member !== undefined && propertyName(member) === "bind" ? [member.object] : [];
  return [...bound, ...call.arguments].flatMap((one) => namedIn(analysis, one, depth + 1));
}
