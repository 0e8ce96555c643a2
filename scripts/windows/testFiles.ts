import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import * as v from "valibot";
import { projectRoot, resultsFolder } from "../../test/support/paths.ts";

export const processConfig = join("test", "process", ".mocharc.json");

const definedSchema = v.object({ tests: v.array(v.object({ file: v.string(), fullTitle: v.string() })) });
const deadlineMs = 120_000;

/**
 * The files of the process layer that have a test by what follows `--`, below the project, in the order of their names, with the
 * full titles of these tests.
 */
export function testFiles(words: readonly string[], major: string): Map<string, string[]> {
  const output = join(resultsFolder, "defined.json");
  const args = [
    join("node_modules", "mocha", "bin", "mocha.js"),
    ...["--config", processConfig, "--dry-run", "--no-parallel"],
    ...["--reporter", "json", "--reporter-option", `output=${output}`, ...words],
  ];
  execFileSync(process.execPath, args, {
    cwd: projectRoot,
    env: { ...process.env, HITLESS_TEST_NODES: major },
    stdio: ["ignore", "ignore", "inherit"],
    timeout: deadlineMs,
  });
  const { tests } = v.parse(definedSchema, JSON.parse(readFileSync(output, "utf8")));
  const files = new Map<string, string[]>();
  for (const { file, fullTitle } of tests) {
    const path = relative(projectRoot, file).replaceAll("\\", "/");
    files.set(path, [...(files.get(path) ?? []), fullTitle]);
  }
  return new Map([...files].sort(([one], [other]) => (one < other ? -1 : 1)));
}
