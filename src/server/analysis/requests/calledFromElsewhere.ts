import type { Node } from "@babel/types";
import type { FunctionNode } from "../../source/declare.ts";
import { propertyName, resolveApi } from "../../source/resolveApi.ts";
import type { Analysis } from "../../source/scopes.ts";
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
  const found: FunctionNode[] = [];
  const add = (importer: Analysis, node: Node) => {
    const api = resolveApi(importer, node);
    const isHere =
      api !== undefined && analysis.files?.imported(importer.module, api.module)?.module.uri === analysis.module.uri;
    const isBoot = setUpName.test(api?.name.split(".").at(-1) ?? "");
    const named = isHere && !isBoot ? exportedFunction(analysis, api.name) : undefined;
    found.push(...(named === undefined ? [] : [named]));
  };
  const services = factsOf(analysis).classes.filter((owner) => isNestSingleton(analysis, owner));
  for (const importer of analysis.files?.importers(analysis.module) ?? []) {
    for (const site of factsOf(importer).isTest ? [] : factsOf(importer).calls) {
      if (takesHandlers(importer, site)) {
        for (const argument of site.node.arguments) {
          for (const node of namedIn(importer, argument)) {
            add(importer, node);
          }
        }
      }
      if (site.node.type !== "NewExpression" && isInRequest(importer, site.node)) {
        add(importer, site.node);
        found.push(...methodsNamed(services, site.method, site.receiver));
      }
    }
  }
  return found;
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

/** `this.users.find()` of a controller is that of the service which it is given. */
function methodsNamed(
  services: readonly ReturnType<typeof factsOf>["classes"][number][],
  method: string | undefined,
  receiver: Node | undefined,
): FunctionNode[] {
  return asMember(receiver)?.object.type !== "ThisExpression"
    ? []
    : (services.flatMap(({ body }) =>
        body.body.filter((member) => member.type === "ClassMethod" && keyOf(member) === method),
      ) as FunctionNode[]);
}
