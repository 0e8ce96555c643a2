import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../test/support/paths.ts";

/** Hitless's version. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: string };
  return version;
}

/** The machine, in one line. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const gibibytes = Math.round(totalmem() / 1_073_741_824);
  return `${availableParallelism()} × ${model}, ${gibibytes} GiB, ${type()} ${release()}, Node.js ${process.version}`;
}
