import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";

/**
 * Parses JSON with comments and trailing commas, as in VS Code's settings; `undefined` if there are only comments.
 * @throws SyntaxError which names the place.
 */
export function parseJsonc(text: string): unknown {
  const errors: ParseError[] = [];
  const json = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const value = parseNested(json, errors);
  const [first] = errors;
  if (first !== undefined) {
    const before = json.slice(0, first.offset).split("\n");
    const column = (before.at(-1)?.length ?? 0) + 1;
    throw new SyntaxError(`${printParseErrorCode(first.error)} in line ${before.length}, column ${column}`);
  }
  return value;
}

function parseNested(json: string, errors: ParseError[]): unknown {
  try {
    return parse(json, errors, { allowTrailingComma: true, allowEmptyContent: true });
  } catch (error) {
    // The parser is recursive.
    throw error instanceof RangeError ? new SyntaxError("it is nested too deeply") : error;
  }
}
