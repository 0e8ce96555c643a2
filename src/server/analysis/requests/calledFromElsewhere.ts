import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import { fieldValue } from "../../source/fields.ts";
import { type ApiReference, propertyName, resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
import type { SourceModule } from "../../source/sourceModule.ts";
import { setUpName } from "../bootName.ts";
import { exportedFunction } from "../exportedFunctions.ts";
import { factsOf } from "../moduleFacts.ts";
import { asCall, asMember, keyOf, settledValue } from "../nodes.ts";
import { routeFunctions, takesHandlers } from "./frameworks.ts";
import { isNestSingleton } from "./nestSingleton.ts";

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
  for (const importer of files?.importers(module) ?? []) {
    const uses = factsOf(importer).isTest ? undefined : usesOf(importer);
    for (const [specifier, used] of uses?.ofModule ?? []) {
      if (files?.leadsTo(importer.module, specifier, module) === true) {
        for (const { name, call } of used) {
          const named = exportedFunction(analysis, name);
          if (named !== undefined && (call === undefined || isInRequest(importer, call))) {
            found.push(named);
          }
        }
      }
    }
    for (const method of ownMethods) {
      const calls = uses?.ofThis.get(keyOf(method) ?? "") ?? [];
      if (calls.some((call) => isInRequest(importer, call))) {
        found.push(method);
      }
    }
  }
  return found;
}

/** What a file has to do with functions of other files. */
interface Uses {
  /** By what is imported: the functions that become handlers of requests, and those that are called, with the call. */
  readonly ofModule: ReadonlyMap<string, readonly { readonly name: string; readonly call: Node | undefined }[]>;
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
  const ofModule = new Map<string, { readonly name: string; readonly call: Node | undefined }[]>();
  const ofThis = new Map<string, Node[]>();
  const add = (node: Node, call: Node | undefined) => {
    const api = resolveApi(analysis, node) ?? ofImportedClass(analysis, node);
    if (api !== undefined && !setUpName.test(api.name.split(".").at(-1) ?? "")) {
      push(ofModule, api.module, { name: api.name, call });
    }
  };
  for (const site of factsOf(analysis).calls) {
    if (takesHandlers(analysis, site)) {
      for (const node of site.node.arguments.flatMap((argument) => namedIn(analysis, argument))) {
        add(node, undefined);
      }
    }
    if (site.node.type !== "NewExpression") {
      add(site.node, site.node);
      if (site.method !== undefined && asMember(site.receiver)?.object.type === "ThisExpression") {
        push(ofThis, site.method, site.node);
      }
    }
  }
  const uses = { ofModule, ofThis };
  known.set(analysis.module, uses);
  return uses;
}

/** `Users.prototype.list` for `users.list`, where `const users = new Users()` is of a class of another file. */
function ofImportedClass(analysis: Analysis, node: Node): ApiReference | undefined {
  const member = asMember(asCall(node)?.callee ?? node);
  const method = member && propertyName(member);
  if (member === undefined || method === undefined) {
    return undefined;
  }
  const owner = settledValue(analysis, fieldValue(analysis, member.object) ?? member.object);
  const made = owner.type === "NewExpression" ? resolveApi(analysis, owner) : undefined;
  return made && { module: made.module, name: `${made.name}.prototype.${method}` };
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
    return [node];
  }
  const member = asMember(call.callee);
  const bound = member !== undefined && propertyName(member) === "bind" ? [member.object] : [];
  return [...bound, ...call.arguments].flatMap((one) => namedIn(analysis, one, depth + 1));
}
