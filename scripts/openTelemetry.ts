// `npm run test:otel`: apps with the SDK of OpenTelemetry, renewed three times while a strict client asks; then as many spans must
// have come to a collector as requests were answered. `--only REGEXP` chooses by name, `--folder FOLDER` keeps the installed
// packages there. It needs a registry of npm: the SDK has 140 MB, too many for a devDependency.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { runNpm } from "../test/support/npmPackage/stagePackage.ts";
import { packages, tracedApps } from "./openTelemetry/apps.ts";
import { tryTraced } from "./openTelemetry/tryTraced.ts";

const { values } = parseArgs({ options: { only: { type: "string", default: "" }, folder: { type: "string" } } });
const folder = resolve(values.folder ?? mkdtempSync(join(tmpdir(), "hitless-otel-")));
mkdirSync(folder, { recursive: true });
let failed = 0;
try {
  if (!existsSync(join(folder, "node_modules", "@opentelemetry"))) {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "traced", private: true }));
    await runNpm(["install", "--no-audit", "--no-fund", ...packages], { cwd: folder });
  }
  for (const app of tracedApps.filter(({ name }) => new RegExp(values.only).test(name))) {
    const result = await tryTraced(app, folder);
    failed += result.trouble === undefined ? 0 : 1;
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
} finally {
  if (values.folder === undefined) {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exitCode = failed === 0 ? 0 : 1;
