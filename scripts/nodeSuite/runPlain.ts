import { execFile } from "node:child_process";
import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Outcome } from "./compareFile.ts";
import type { SuiteFile } from "./suiteFiles.ts";

const primary = fileURLToPath(new URL("plainPrimary.mjs", import.meta.url));
const deadlineMs = 30_000;

/** Runs a file as the worker of a plain cluster. */
export async function runPlain(file: SuiteFile, env: Readonly<Record<string, string>>, node: string): Promise<Outcome> {
  try {
    const { stdout } = await promisify(execFile)(node, [primary, file.path, ...file.flags], {
      cwd: dirname(file.path),
      env: { ...process.env, ...env },
      timeout: deadlineMs,
      killSignal: "SIGKILL",
    });
    const { code, released, output } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "{}") as {
      readonly code: number | null;
      readonly released: boolean;
      readonly output: string;
    };
    // A worker that loses its channel exits with 0 whatever its checks at the exit say; Node's version follows an error.
    const failed = released && /^Node\.js v\d/m.test(output);
    return { code: failed ? 1 : (code ?? undefined), hung: false, output };
  } catch (error) {
    return { code: undefined, hung: true, output: String(error).slice(-2_000) };
  }
}
