import { type ParseResult, type ParserOptions, type ParserPlugin, parse } from "@babel/parser";
import type { File } from "@babel/types";
import { isFunction } from "./declare.ts";
import { walk } from "./walk.ts";

/** One parsed file. Offsets of nodes are those of `text`, in UTF-16 units. */
export interface SourceModule {
  readonly uri: string;
  readonly text: string;
  readonly format: "esm" | "cjs";
  readonly ast: File;
  /** Whether the source has errors: then parts of it may be missing in the tree. */
  readonly broken: boolean;
}

/** How often a line that stops the parser is blanked before the file is given up. */
const repairs = 3;

/** Parses JavaScript, TypeScript and JSX; `undefined` only if nothing of it could be parsed. */
export function parseModule(uri: string, languageId: string, text: string): SourceModule | undefined {
  const extension = /\.([cm]?[jt]sx?)$/i.exec(new URL(uri, "file:///").pathname)?.[1]?.toLowerCase() ?? "";
  const plugins = pluginsFor(languageId, extension, text);
  let readable = text;
  for (let attempt = 0; attempt <= repairs; attempt += 1) {
    const result = tryParse(readable, plugins);
    if (typeof result !== "number") {
      const broken = attempt > 0 || (result.errors ?? []).length > 0;
      return { uri, text, format: formatOf(extension, result), ast: result, broken };
    }
    const typed = attempt === 0 ? parseFlow(text, result, plugins) : undefined;
    if (typed !== undefined) {
      return { uri, text, format: formatOf(extension, typed), ast: typed, broken: false };
    }
    readable = withoutLineAt(readable, result);
  }
  return undefined;
}

/** The tree, or where the parser gave up. */
function tryParse(text: string, plugins: ParserPlugin[]): ParseResult<File> | number {
  const options: ParserOptions = {
    sourceType: "unambiguous",
    plugins,
    errorRecovery: true,
    attachComment: false,
    createImportExpressions: true,
    allowReturnOutsideFunction: true,
    allowNewTargetOutsideFunction: true,
    allowSuperOutsideMethod: true,
    allowUndeclaredExports: true,
  };
  try {
    const file = parse(text, options);
    return awaitsOutside(file, text) ? parse(text, { ...options, sourceType: "module" }) : file;
  } catch (error) {
    return error instanceof Error && "pos" in error && typeof error.pos === "number" ? error.pos : 0;
  }
}

/**
 * Many projects that Babel compiles have Flow types without `@flow`. The file is parsed again only if the parser gave
 * up where a type would begin, and the result used only if it has no errors: most broken files are just being typed.
 */
function parseFlow(text: string, stoppedAt: number, plugins: ParserPlugin[]): ParseResult<File> | undefined {
  if (plugins.includes("typescript") || plugins.includes("flow") || !isBeforeType(text, stoppedAt)) {
    return undefined;
  }
  const result = tryParse(text, [...plugins, "flow"]);
  return typeof result === "number" || (result.errors ?? []).length > 0 ? undefined : result;
}

/** `name: Type`, `name<Type>`, `export type …`, and behind the word in `import type …`. */
function isBeforeType(text: string, offset: number): boolean {
  return (
    /^(?:[:<]|(?:type|interface|opaque)\b)/.test(text.slice(offset, offset + 10)) ||
    /\b(?:type|typeof)\s+$/.test(text.slice(Math.max(0, offset - 10), offset))
  );
}

/** The parser takes `await (x)` outside of a function for a call of a function `await`, Node.js does not. */
function awaitsOutside({ program }: File, text: string): boolean {
  if (program.sourceType === "module" || !/\bawait\b/.test(text)) {
    return false;
  }
  let found = false;
  walk(program, (node) => {
    found ||= (node.type === "Identifier" && node.name === "await") || (node.type === "ForOfStatement" && node.await);
    return found || isFunction(node) ? "skip" : undefined;
  });
  return found;
}

/** What every dialect has: `using`, and `accessor` fields. */
const common: readonly ParserPlugin[] = ["explicitResourceManagement", "decoratorAutoAccessors"];

function pluginsFor(languageId: string, extension: string, text: string): ParserPlugin[] {
  if (languageId.startsWith("typescript") || /tsx?$/.test(extension)) {
    const jsx = languageId === "typescriptreact" || extension === "tsx";
    return [...common, "typescript", "decorators-legacy", ...(jsx ? (["jsx"] as const) : [])];
  }
  const flow = /^\s*(?:\/\/|\/\*)[\s\S]{0,200}?@flow\b/.test(text);
  return [...common, "jsx", "decorators", ...(flow ? (["flow"] as const) : [])];
}

/** A file with neither has the format that Node.js derives from its name, and CommonJS if that is open. */
function formatOf(extension: string, { program }: File): SourceModule["format"] {
  if (extension.startsWith("m")) {
    return "esm";
  }
  if (extension.startsWith("c")) {
    return "cjs";
  }
  return program.sourceType === "module" ? "esm" : "cjs";
}

/** Blanks the line at an offset, so that all other offsets remain valid. */
function withoutLineAt(text: string, offset: number): string {
  const at = Math.min(offset, text.length);
  let start = text.lastIndexOf("\n", at - 1) + 1;
  let end = text.indexOf("\n", at);
  end = end === -1 ? text.length : end;
  if (text.slice(start, end).trim() === "") {
    // Something missing is noticed after it: the last line that is not blank is the one.
    end = text.slice(0, start).trimEnd().length;
    start = text.lastIndexOf("\n", end - 1) + 1;
  }
  return text.slice(0, start) + " ".repeat(end - start) + text.slice(end);
}
