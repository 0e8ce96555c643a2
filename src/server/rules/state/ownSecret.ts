import type { Node } from "@babel/types";
import { factsOf } from "../../analysis/moduleFacts.ts";
import { around, asCall, asMember, functionAround, keyOf, lastName } from "../../analysis/nodes.ts";
import type { Analysis } from "../../source/scopes.ts";

const random = /^(?:crypto#(?:default\.)?(?:randomBytes|randomUUID|generateKeySync)|uuid#v4|nanoid#nanoid)$/;
const secretName = /secret|(?:session|jwt|token|sign(?:ing)?|encryption|cookie|auth|hmac)_?key$/i;

/** What puts together what is random: `crypto.randomBytes(32).toString("hex")`. */
const joining = /^(?:toString|replace|slice|substring|concat|from)$/;

export interface OwnSecret {
  readonly name: string;
  readonly node: Node;
}

/**
 * The secrets that each worker makes for itself when it starts: `const sessionKey = crypto.randomBytes(32)`. One that only takes the
 * place of a setting is none.
 */
export function ownSecrets(analysis: Analysis): OwnSecret[] {
  return factsOf(analysis).calls.flatMap(({ node, api }) => {
    const isMade = api !== undefined && random.test(api) && functionAround(analysis, node) === undefined;
    const name = isMade ? holderOf(analysis, node) : undefined;
    return name !== undefined && secretName.test(name) ? [{ name, node: node.callee }] : [];
  });
}

function holderOf(analysis: Analysis, made: Node): string | undefined {
  for (const parent of around(analysis, made)) {
    switch (parent.type) {
      case "VariableDeclarator":
        return parent.id.type === "Identifier" ? parent.id.name : undefined;
      case "ObjectProperty":
        return isForAll(analysis, parent) ? keyOf(parent) : undefined;
      case "MemberExpression":
      case "TemplateLiteral":
      case "BinaryExpression":
        break;
      case "CallExpression":
        if (asMember(parent.callee) === undefined || !joining.test(lastName(parent.callee) ?? "")) {
          return undefined;
        }
        break;
      default:
        return undefined;
    }
  }
  return undefined;
}

/** Options of what signs or encrypts for requests, and not those of a client. */
function isForAll(analysis: Analysis, property: Node): boolean {
  const call = asCall(analysis.parentOf(analysis.parentOf(property) ?? property));
  return call !== undefined && /session|jwt|cookie|secure/i.test(lastName(call.callee) ?? "");
}
