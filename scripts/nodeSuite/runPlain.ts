import { fileURLToPath } from "node:url";
import type { Outcome } from "./compareFile.ts";
import { runProgram } from "./runAlone.ts";
import type { SuiteFile } from "./suiteFiles.ts";

const primary = fileURLToPath(new URL("plainPrimary.mjs", import.meta.url));

/** Runs a file as the worker of a plain cluster. */
export async function runPlain(file: SuiteFile, env: Readonly<Record<string, string>>, node: string): Promise<Outcome> {
  const outcome = await runProgram(node, [primary, file.path, ...file.flags], { cwd: file.cwd, env });
  if (outcome.hung || outcome.code !== 0) {
    return outcome;
  }
  const { code, released, output } = JSON.parse(outcome.output.trimEnd().split("\n").at(-1) ?? "{}") as {
    readonly code: number | null;
    readonly released: boolean;
    readonly output: string;
  };
  // A worker that loses its channel exits with 0 whatever its checks at the exit say; Node's version follows an error.
  const failed = released && /^Node\.js v\d/m.test(output);
  return { code: failed ? 1 : (code ?? undefined), hung: false, output };
}
