import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceLocation } from "../../shared/failure.ts";
import type { FromWorkerBody } from "../../shared/workerMessages.ts";
import { originalLocation, sourceText } from "./originalLocation.ts";

type FatalError = Pick<Extract<FromWorkerBody, { type: "fatal" }>, "name" | "code" | "message" | "stack">;

/** An absolute path, as Node and others write it, or its URL. */
const path = String.raw`((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]).*?)`;

/** `file:line:column`, as in a frame. */
const framePlace = new RegExp(`^${path}:(\\d+)(?::(\\d+))?$`);

/** `file:line`, as Node puts it before the source line of a syntax error. */
const printedPlace = /^((?:file:\/\/)?(?:\/|[A-Za-z]:\\).*):(\d+)$/;

/** As esbuild says it, and so tsx: its columns count from 0. */
const esbuildPlace = new RegExp(`^${path}:(\\d+):(\\d+): ERROR: `, "m");

/** As V8 says it of JSON that Node loads. */
const jsonPlace = new RegExp(`^${path}: .*\\(line (\\d+) column (\\d+)\\)`);

/**
 * Where in the app's source an error came about: the place that it names itself, else the topmost frame in the app's own
 * code; in the source from which that was compiled, if there is a source map.
 * @param stderr The last lines that the worker wrote.
 */
export function failureLocation(error: FatalError, stderr: readonly string[]): SourceLocation | undefined {
  const found = locate(error, stderr);
  return found && originalLocation(found);
}

/**
 * Whether an error was thrown while files were loaded and by nothing outside of them: not by the system, a database file or a child
 * process, which may answer otherwise at the next try.
 */
export function isThrownAtLoad({ code, stack }: FatalError): boolean {
  if (code !== null && (!code.startsWith("ERR_") || code === "ERR_SQLITE_ERROR")) {
    return false;
  }
  const frames = stack.split("\n").filter((line) => line.startsWith("    at "));
  const loaded = frames.findIndex((frame) => frame.includes("node:internal/modules/"));
  return (
    loaded !== -1 &&
    !frames
      .slice(0, loaded + 1)
      .some((frame) =>
        ["    at async ", "node:internal/process/task_queues", "node:child_process"].some((sign) =>
          frame.includes(sign),
        ),
      )
  );
}

function locate(error: FatalError, stderr: readonly string[]): SourceLocation | undefined {
  const { name, stack } = error;
  const named = esbuildLocation(error) ?? jsonLocation(error) ?? importLocation(error);
  if (named !== undefined) {
    return named;
  }
  const said = firstPrinted(stack.split("\n", 1)) ?? firstPrinted(stderr);
  // The frames of a syntax error only show who loaded the file.
  return name === "SyntaxError" ? (said ?? firstOwnFrame(stack)) : (firstOwnFrame(stack) ?? said);
}

function esbuildLocation({ message }: FatalError): SourceLocation | undefined {
  const [, file, line, column] = esbuildPlace.exec(message) ?? [];
  return placeOf(file, line, column === undefined ? undefined : String(Number(column) + 1));
}

function jsonLocation({ name, message }: FatalError): SourceLocation | undefined {
  const [, file, line, column] = name === "SyntaxError" ? (jsonPlace.exec(message) ?? []) : [];
  return placeOf(file, line, column);
}

/** The line of an `import` whose module is not there: no frame of the app is on the stack. */
function importLocation({ code, message }: FatalError): SourceLocation | undefined {
  const [, missing, importer] =
    code === "ERR_MODULE_NOT_FOUND"
      ? (/^Cannot find (?:module|package) '(.*)' imported from (.*)$/m.exec(message) ?? [])
      : [];
  if (missing === undefined || importer === undefined) {
    return undefined;
  }
  const file = toPath(importer);
  const line = sourceText(file)
    .split("\n")
    .findIndex((text) =>
      [...text.matchAll(/(["'])(.*?)\1/g)].some(([, , specifier = ""]) => leadsTo(specifier, toPath(missing), file)),
    );
  return { file, line: Math.max(0, line) + 1 };
}

function leadsTo(specifier: string, missing: string, importer: string): boolean {
  return (
    specifier === missing ||
    specifier.startsWith(`${missing}/`) ||
    resolve(dirname(importer), toPath(specifier)) === missing
  );
}

/** The topmost frame of a stack that is in the app's own code. */
function firstOwnFrame(stack: string): SourceLocation | undefined {
  for (const line of stack.split("\n")) {
    const [, file, number, column] = framePlace.exec(placeOfFrame(line.trim())) ?? [];
    if (file !== undefined && !/[\\/]node_modules[\\/]/.test(file)) {
      return placeOf(file, number, column);
    }
  }
  return undefined;
}

/** The location in the brackets of `at name (place)`, or after `at`. Names and folders may contain brackets. */
function placeOfFrame(line: string): string {
  if (!line.startsWith("at ")) {
    return "";
  }
  const bracket = line.endsWith(")") ? line.search(/ \((?:file:|\/|[A-Za-z]:[\\/])/) : -1;
  return bracket === -1 ? line.replace(/^at (?:async )?/, "") : line.slice(bracket + 2, -1);
}

function firstPrinted(lines: readonly string[]): SourceLocation | undefined {
  for (const line of lines) {
    const [, file, number] = printedPlace.exec(line) ?? [];
    if (file !== undefined) {
      return placeOf(file, number, undefined);
    }
  }
  return undefined;
}

function placeOf(
  file: string | undefined,
  line: string | undefined,
  column: string | undefined,
): SourceLocation | undefined {
  return file === undefined || line === undefined
    ? undefined
    : { file: toPath(file), line: Number(line), ...(column !== undefined && { column: Number(column) }) };
}

function toPath(file: string): string {
  try {
    return file.startsWith("file://") ? fileURLToPath(file) : file;
  } catch {
    // A stack is text that the app may have made up.
    return file;
  }
}
