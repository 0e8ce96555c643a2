import type { Identifier, Node } from "@babel/types";
import { patternIdentifiers } from "./bindings.ts";

/** Whether an identifier is a variable's name, used or declared, and not that of a property, label or export. */
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

/** The name of a class or function declaration belongs to the scope around it. */
export function isNameOf(node: Identifier, parent: Node | undefined): boolean {
  return (parent?.type === "FunctionDeclaration" || parent?.type === "ClassDeclaration") && parent.id === node;
}

const nothing: readonly Identifier[] = [];

/** The variables that a node assigns to. */
export function writtenBy(node: Node): readonly Identifier[] {
  switch (node.type) {
    case "AssignmentExpression":
      return patternIdentifiers(node.left);
    case "UpdateExpression":
      return patternIdentifiers(node.argument);
    case "ForInStatement":
    case "ForOfStatement":
      return patternIdentifiers(node.left);
    default:
      return nothing;
  }
}

/** Types refer to nothing that exists when the program runs. */
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
