import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";

export interface RepeatedKey {
  readonly path: readonly (string | number)[];
  readonly line: number;
}

/** So many are told, and looked for no deeper than settings go. */
const mostRepeated = 20;
const deepest = 8;

/** A text of JSON with comments, and where in it each value is. */
export interface Jsonc {
  /** `undefined` if there are only comments. */
  readonly value: unknown;
  /** The line, from 1, of the value at this path, or else of the nearest value around it. */
  lineOf(path: readonly (string | number)[]): number;
  /** Keys that stand more than once in an object, of which the last alone would count, by their paths, and where: the first 20. */
  repeatedKeys(): readonly RepeatedKey[];
}

/**
 * Parses JSON with comments and trailing commas, as in VS Code's settings; `undefined` if there are only comments.
 * @throws SyntaxError which names the place.
 */
export function parseJsonc(text: string): unknown {
  return readJsonc(text).value;
}

/**
 * The same, with the places.
 * @throws SyntaxError which names the place.
 */
export function readJsonc(text: string): Jsonc {
  const errors: ParseError[] = [];
  const json = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const { tree, value } = parseNested(json, errors);
  const [first] = errors;
  if (first !== undefined) {
    const before = json.slice(0, first.offset).split("\n");
    const column = (before.at(-1)?.length ?? 0) + 1;
    throw new SyntaxError(`${printParseErrorCode(first.error)} in line ${before.length}, column ${column}`);
  }
  return {
    value,
    lineOf(path) {
      for (let length = path.length; tree !== undefined && length > 0; length -= 1) {
        const node = findNodeAtLocation(tree, path.slice(0, length));
        if (node !== undefined) {
          return lineAt(json, (node.parent?.type === "property" ? node.parent : node).offset);
        }
      }
      return 1;
    },
    repeatedKeys: () => (tree === undefined ? [] : repeatedIn(tree, json)),
  };
}

function repeatedIn(tree: Node, json: string): RepeatedKey[] {
  const found: { readonly path: RepeatedKey["path"]; readonly offset: number }[] = [];
  const look = ({ type, children = [] }: Node, path: readonly (string | number)[]): void => {
    const seen = new Set<string>();
    for (const [index, child] of children.entries()) {
      if (found.length >= mostRepeated || path.length >= deepest) {
        return;
      }
      const [name, value] = type === "object" ? (child.children ?? []) : [undefined, child];
      const key = name === undefined ? index : String(name.value);
      if (name !== undefined && seen.has(name.value)) {
        found.push({ path: [...path, key], offset: child.offset });
      }
      seen.add(String(key));
      if (value !== undefined) {
        look(value, [...path, key]);
      }
    }
  };
  look(tree, []);
  return found.map(({ path, offset }) => ({ path, line: lineAt(json, offset) }));
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function parseNested(json: string, errors: ParseError[]): { readonly tree: Node | undefined; readonly value: unknown } {
  try {
    const tree = parseTree(json, errors, { allowTrailingComma: true, allowEmptyContent: true });
    return { tree, value: tree === undefined ? undefined : getNodeValue(tree) };
  } catch (error) {
    // The parser is recursive.
    throw error instanceof RangeError ? new SyntaxError("it is nested too deeply") : error;
  }
}
