import type { Identifier, Node } from "@babel/types";

/** A name and what it is bound to. */
export interface Binding {
  readonly name: string;
  readonly kind: "import" | "const" | "let" | "var" | "function" | "class" | "param" | "catch";
  /**
   * What declares it: the import specifier, the `VariableDeclarator` (its pattern holds the name when it is
   * destructured), the function, the class, the enum, the parameter as it is written, or the `CatchClause`.
   */
  readonly declaration: Node;
  readonly scope: Scope;
  /** Its initial value: of `const x = …`, or the function or class itself. Absent if it is destructured. */
  readonly init: Node | undefined;
  /** Every use, read or written, in source order, without the declaration. */
  readonly references: readonly Identifier[];
  /** Every `AssignmentExpression`, `UpdateExpression` and `for (x of …)` that assigns to it. */
  readonly assignments: readonly Node[];
}

/** A scope of names. A function's parameters and body are one; a namespace of TypeScript is a function. */
export interface Scope {
  readonly kind: "module" | "function" | "block" | "class";
  readonly node: Node;
  readonly parent: Scope | undefined;
  readonly bindings: ReadonlyMap<string, Binding>;
}

export interface MutableBinding extends Binding {
  readonly references: Identifier[];
  readonly assignments: Node[];
}

export interface MutableScope extends Scope {
  readonly parent: MutableScope | undefined;
  readonly bindings: Map<string, MutableBinding>;
}

/** The identifiers that a pattern binds or assigns to, through destructuring, defaults and TypeScript's wrappers. */
export function patternIdentifiers(pattern: Node | null | undefined): Identifier[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        patternIdentifiers(property.type === "RestElement" ? property : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap(patternIdentifiers);
    case "AssignmentPattern":
      return patternIdentifiers(pattern.left);
    case "RestElement":
      return patternIdentifiers(pattern.argument);
    case "TSParameterProperty":
      return patternIdentifiers(pattern.parameter);
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
      return patternIdentifiers(pattern.expression);
    default:
      return [];
  }
}
