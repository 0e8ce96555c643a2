// `npm run package`: writes hitless-<version>.vsix. Built in a folder of its own, so that the bundles in `dist`, which
// may be in use, stay as they are.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { createVSIX } from "@vscode/vsce";
import { cacheFolder, projectRoot } from "../test/support/paths.ts";
import { run } from "../test/support/programs.ts";

const { values } = parseArgs({ options: { out: { type: "string" } } });
const manifest = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
const target = resolve(values.out ?? join(projectRoot, `hitless-${manifest.version}.vsix`));
const stage = join(cacheFolder, `package-${process.pid}`);

try {
  mkdirSync(stage, { recursive: true });
  const build = ["--production", `--outdir=${join(stage, "dist")}`];
  const built = await run(process.execPath, [join(projectRoot, "scripts", "build.mjs"), ...build], {
    deadlineMs: 120_000,
  });
  if (built.code !== 0) {
    throw new Error(`The build failed:\n${built.output}`);
  }
  for (const name of readdirSync(projectRoot).filter((entry) =>
    /^(l10n|media|package\.nls.*|[A-Z]+(\.md)?|\.vscodeignore)$/.test(entry),
  )) {
    cpSync(join(projectRoot, name), join(stage, name), { recursive: true });
  }
  const { scripts, devDependencies, allowScripts, ...shipped } = manifest;
  writeFileSync(join(stage, "package.json"), JSON.stringify(shipped, null, 2));
  mkdirSync(join(target, ".."), { recursive: true });
  // Relative links of the README are left alone: there is no repository address yet to put in front of them.
  await createVSIX({
    cwd: stage,
    packagePath: target,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  if (!existsSync(target)) {
    throw new Error(`vsce wrote no ${target}.`);
  }
  process.stdout.write(`${target} (${Math.round(statSync(target).size / 1_024)} KiB)\n`);
} finally {
  rmSync(stage, { recursive: true, force: true, maxRetries: 5 });
}
