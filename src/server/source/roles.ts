import type { Identifier, Node } from "@babel/types";
import { patternIdentifiers } from "./bindings.ts";

/** Whether an identifier is a variable's name, in a use or a declaration, and not that of a property, label or export. */
export function namesVariable(node: Identifier, parent: Node | undefined): boolean {
  switch (parent?.type) {
    case "MemberExpression":
    case "OptionalMemberExpression":
      return parent.computed || parent.property !== node;
    case "ObjectProperty":
    case "ObjectMethod":
    case "ClassMethod":
    case "ClassProperty":
    case "ClassAccessorProperty":
      return parent.computed === true || parent.key !== node;
    case "ImportSpecifier":
      return parent.local === node;
    case "ExportSpecifier":
      return parent.local === node;
    case "ExportNamespaceSpecifier":
    case "ExportDefaultSpecifier":
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
    case "ClassPrivateProperty":
    case "PrivateName":
    case "ImportAttribute":
    case "TSQualifiedName":
    case "TSNamespaceExportDeclaration":
      return false;
    case "TSEnumMember":
      return parent.id !== node;
    default:
      return true;
  }
}

/** The name of a class or function declaration lies in the scope around it. */
export function isNameOf(node: Identifier, parent: Node | undefined): boolean {
  return (parent?.type === "FunctionDeclaration" || parent?.type === "ClassDeclaration") && parent.id === node;
}

/** Whether an identifier stands where it is declared, be it deep in a pattern. */
export function isDeclared(identifier: Identifier, parents: ReadonlyMap<Node, Node>): boolean {
  let node: Node = identifier;
  for (let parent = parents.get(node); parent !== undefined; node = parent, parent = parents.get(parent)) {
    switch (parent.type) {
      case "ObjectProperty":
        if (parent.value !== node) {
          return false;
        }
        break;
      case "AssignmentPattern":
        if (parent.left !== node) {
          return false;
        }
        break;
      case "ObjectPattern":
      case "ArrayPattern":
      case "RestElement":
      case "TSParameterProperty":
        break;
      case "VariableDeclarator":
        return parent.id === node;
      case "CatchClause":
        return parent.param === node;
      case "ImportSpecifier":
      case "ImportDefaultSpecifier":
      case "ImportNamespaceSpecifier":
        return true;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ClassDeclaration":
      case "ClassExpression":
      case "TSEnumDeclaration":
      case "TSModuleDeclaration":
      case "TSImportEqualsDeclaration":
        return "params" in parent && parent.params.some((param) => param === node) ? true : parent.id === node;
      case "ArrowFunctionExpression":
      case "ObjectMethod":
      case "ClassMethod":
      case "ClassPrivateMethod":
        return parent.params.some((param) => param === node);
      default:
        return false;
    }
  }
  return false;
}

export function writtenBy(node: Node): Identifier[] {
  switch (node.type) {
    case "AssignmentExpression":
      return patternIdentifiers(node.left);
    case "UpdateExpression":
      return patternIdentifiers(node.argument);
    case "ForInStatement":
    case "ForOfStatement":
      return patternIdentifiers(node.left);
    default:
      return [];
  }
}

/** Types name nothing that is there when the program runs. */
export function isType({ type }: Node): boolean {
  if (!type.startsWith("TS")) {
    return type === "TypeAnnotation" || type === "TypeParameterDeclaration" || type === "TypeParameterInstantiation";
  }
  switch (type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSInstantiationExpression":
    case "TSParameterProperty":
    case "TSExportAssignment":
    case "TSEnumDeclaration":
    case "TSEnumBody":
    case "TSEnumMember":
    case "TSModuleDeclaration":
    case "TSModuleBlock":
    case "TSImportEqualsDeclaration":
    case "TSExternalModuleReference":
      return false;
    default:
      return true;
  }
}
