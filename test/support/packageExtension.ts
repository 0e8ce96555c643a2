import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { createVSIX } from "@vscode/vsce";
import { cacheFolder, projectRoot } from "./paths.ts";
import { run } from "./programs.ts";

/** What of the checkout can go into the extension; `.vscodeignore` decides which files of it do. */
const candidates = /^(l10n|media|schemas|package\.nls.*\.json|[A-Z]+(\.md)?|\.vscodeignore)$/;

/**
 * Writes the extension as a `.vsix` file.
 * @returns Its size in bytes.
 */
export function packageExtension(target: string): Promise<number> {
  return withStagedExtension(async (stage) => {
    mkdirSync(dirname(target), { recursive: true });
    await createVSIX({
      cwd: stage,
      packagePath: target,
      dependencies: false,
      allowMissingRepository: true,
      // There is no repository address yet to put in front of the README's links.
      rewriteRelativeLinks: false,
    });
    return statSync(target).size;
  });
}

/**
 * Builds the extension as it is shipped in a folder of its own, which is gone when the action ends. The bundles in
 * `dist`, which may be in use, stay as they are, and vsce need not walk through everything else that lies about.
 */
export async function withStagedExtension<T>(action: (stage: string) => Promise<T>): Promise<T> {
  const stage = join(cacheFolder, `package-${process.pid}`);
  try {
    mkdirSync(stage, { recursive: true });
    await build(join(stage, "dist"));
    for (const name of readdirSync(projectRoot).filter((entry) => candidates.test(entry))) {
      cpSync(join(projectRoot, name), join(stage, name), { recursive: true });
    }
    for (const pages of [join("docs", "rules"), join("docs", "images")]) {
      cpSync(join(projectRoot, pages), join(stage, pages), { recursive: true });
    }
    const manifest = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
    const { scripts, devDependencies, allowScripts, ...shipped } = manifest;
    writeFileSync(join(stage, "package.json"), JSON.stringify(shipped, null, 2));
    return await action(stage);
  } finally {
    rmSync(stage, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function build(outdir: string): Promise<void> {
  const args = [join(projectRoot, "scripts", "build.mjs"), "--production", `--outdir=${outdir}`];
  const { code, output } = await run(process.execPath, args, { deadlineMs: 120_000 });
  if (code !== 0) {
    throw new Error(`The build failed:\n${output}`);
  }
}
