import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import * as v from "valibot";
import { cleanEnvironment } from "../../../client/node/cleanEnvironment.ts";
import { errorCodes, HitlessError, toHitlessError } from "../../../shared/errors.ts";
import { type RehearsalResult, rehearsalResultSchema } from "../../../shared/rehearsal/rehearsalResult.ts";

export interface RehearsalProgram {
  /** Absolute path of a Node.js program. */
  readonly node: string;
  /** Absolute path of the bundled command line. */
  readonly file: string;
  readonly args: readonly string[];
  /** Aborting it ends the load, and the renewal if it still can be. */
  readonly signal: AbortSignal;
}

/** Of a rehearsal, in characters: a thousand slices, losses and workers are far below. */
const mostOutput = 32 * 1_048_576;
const mostErrors = 65_536;

/** Milliseconds that a cancelled rehearsal has for an end in order. */
const endMs = 10_000;

const errorOutputSchema = v.object({
  error: v.object({ code: v.picklist(errorCodes), message: v.string(), detail: v.array(v.string()) }),
});
const outputSchema = v.union([rehearsalResultSchema, v.array(rehearsalResultSchema)]);

/**
 * Runs `hitless rehearse … --json` in a process of its own: the load must not disturb the extension host, nor the host the
 * times that are measured. Its end is that of the load, which is bounded, and of the renewal, which the supervisor limits.
 * @throws HitlessError what the command line failed with; `cancelled`, or `internal` when it can't be started
 *   or says what is no rehearsal.
 */
export async function runRehearsalProgram(program: RehearsalProgram): Promise<readonly RehearsalResult[]> {
  const { node, file, args, signal } = program;
  const cancelled = () => new HitlessError("cancelled", "The rehearsal was cancelled.");
  if (signal.aborted) {
    throw cancelled();
  }
  // NODE_OPTIONS is meant for the app.
  const { NODE_OPTIONS: _, ...env } = cleanEnvironment(process.env);
  const { HITLESS_RUNTIME_DIR: folder } = process.env;
  const child = spawn(node, [file, ...args], {
    env: { ...env, ...(folder !== undefined && { HITLESS_RUNTIME_DIR: folder }) },
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill("SIGINT");
    timer = setTimeout(() => child.kill("SIGKILL"), endMs);
  };
  signal.addEventListener("abort", end, { once: true });
  try {
    const { output, errors, ending } = await outputOf(child);
    if (signal.aborted) {
      throw cancelled();
    }
    const results = read(outputSchema, output);
    if (results === undefined) {
      throw failureOf(errors, ending);
    }
    return Array.isArray(results) ? results : [results];
  } finally {
    signal.removeEventListener("abort", end);
    clearTimeout(timer);
    child.kill("SIGKILL");
  }
}

interface ProgramOutput {
  readonly output: string;
  readonly errors: string;
  /** `exit code 1`, `SIGKILL`. */
  readonly ending: string;
}

function outputOf(child: ChildProcess): Promise<ProgramOutput> {
  let [output, errors] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (output.length > mostOutput) {
      output = "";
      child.kill("SIGKILL");
    }
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-mostErrors);
  });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(notRun(toHitlessError(error).message)));
    child.once("close", (code, killed) => resolve({ output, errors, ending: killed ?? `exit code ${code}` }));
  });
}

/** With `--json` the command line says on stderr why there is no result. */
function failureOf(errors: string, ending: string): HitlessError {
  const said = read(errorOutputSchema, errors)?.error;
  if (said !== undefined) {
    const { code, message, detail } = said;
    return new HitlessError(code, message, { detail });
  }
  const lines = errors.split("\n").filter((line) => line.trim() !== "");
  const last = lines.at(-1);
  return notRun(last === undefined ? ending : `${ending}, ${last}`, lines);
}

function notRun(reason: string, detail: readonly string[] = []): HitlessError {
  return new HitlessError("internal", `The rehearsal could not be run: ${reason}.`, { detail });
}

function read<Schema extends v.GenericSchema>(schema: Schema, text: string): v.InferOutput<Schema> | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
