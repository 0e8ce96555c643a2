import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { npmCommand } from "../../../scripts/support/prepare.mjs";
import { commandLineBundles } from "../../../src/client/machines/commandLineBundles.ts";
import { cacheFolder, projectRoot } from "../paths.ts";
import { run } from "../programs.ts";
import { type PackageManifest, type ProjectManifest, packageManifest, repositoryOf } from "./manifest.ts";

const deadlineMs = 180_000;

export interface Tarball {
  /** Its name in the folder. */
  readonly file: string;
  /** What it holds, by path. */
  readonly paths: readonly string[];
  readonly bytes: number;
  readonly unpackedBytes: number;
}

/** Builds the npm package in a folder of its own, which is gone when the action ends. */
export async function withStagedPackage<T>(
  action: (stage: string, manifest: PackageManifest) => Promise<T>,
): Promise<T> {
  mkdirSync(cacheFolder, { recursive: true });
  const stage = mkdtempSync(join(cacheFolder, "npm-package-"));
  try {
    await build(join(stage, "dist"));
    const project: ProjectManifest = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
    const manifest = packageManifest(project, repositoryOf(project, process.env));
    writeFileSync(join(stage, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    cpSync(join(projectRoot, "scripts", "npmPackage", "README.md"), join(stage, "README.md"));
    for (const path of ["LICENSE", "CHANGELOG.md", join("schemas", "hitless.schema.json")]) {
      cpSync(join(projectRoot, path), join(stage, path));
    }
    return await action(stage, manifest);
  } finally {
    rmSync(stage, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Packs a staged package into a folder that exists. */
export async function packTarball(stage: string, folder: string): Promise<Tarball> {
  const words = ["pack", "--json", "--ignore-scripts", "--loglevel=silent", `--pack-destination=${folder}`];
  const output = await runNpm(words, { cwd: stage });
  // npm 11 prints a list, others may print an object by names.
  const packed: unknown = JSON.parse(output.slice(output.search(/^[[{]/m)));
  const [entry] = Array.isArray(packed) ? packed : Object.values(packed as object);
  const { filename, size, unpackedSize, files } = entry as {
    filename: string;
    size: number;
    unpackedSize: number;
    files: { path: string }[];
  };
  return { file: filename, bytes: size, unpackedBytes: unpackedSize, paths: files.map(({ path }) => path) };
}

/**
 * Runs npm.
 * @returns What it printed.
 * @throws When it fails, with what it printed.
 */
export async function runNpm(
  words: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<string> {
  const npm = npmCommand();
  const { code, output } = await run(npm.program, [...npm.args, ...words], {
    cwd,
    deadlineMs,
    ...(env !== undefined && { env }),
  });
  if (code !== 0) {
    throw new Error(`npm ${words.join(" ")} failed with ${code}:\n${output}`);
  }
  return output;
}

async function build(outdir: string): Promise<void> {
  const only = commandLineBundles.map((file) => `--only=${file}`);
  const args = [join(projectRoot, "scripts", "build.mjs"), "--production", `--outdir=${outdir}`, ...only];
  const { code, output } = await run(process.execPath, args, { deadlineMs });
  if (code !== 0) {
    throw new Error(`The build failed:\n${output}`);
  }
}
