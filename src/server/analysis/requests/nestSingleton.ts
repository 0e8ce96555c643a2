import type { Class, Node } from "@babel/types";
import type { Analysis } from "../../source/scopes.ts";
import { unwrapped } from "../../source/values.ts";
import { asCall, propertyOf } from "../nodes.ts";
import { hasDecorator } from "./requestHandlerSites.ts";

/** Whether Nest makes one object of a class for the whole worker; of the scopes `REQUEST` and `TRANSIENT` there are many. */
export function isNestSingleton(analysis: Analysis, { decorators }: Class): boolean {
  const isOne = hasDecorator(analysis, decorators, (name) =>
    /^@nestjs\/(?:common#(?:Controller|Injectable)|graphql#Resolver)$/.test(name),
  );
  return isOne && !(decorators ?? []).some(({ expression }) => hasOwnScope(asCall(unwrapped(expression))?.arguments));
}

function hasOwnScope(given: readonly Node[] = []): boolean {
  return given.some((argument) => argument.type === "ObjectExpression" && propertyOf(argument, "scope") !== undefined);
}
