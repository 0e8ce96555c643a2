import { join } from "node:path";
import { foldersAbove } from "./foldersAbove.ts";
import { readPackageJson } from "./packageJson.ts";
import { isFile } from "./resolveScript.ts";

export type PackageManagerName = "npm" | "yarn" | "pnpm" | "bun";

const lockFiles: Readonly<Record<string, PackageManagerName>> = {
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
  "bun.lock": "bun",
  "bun.lockb": "bun",
  "package-lock.json": "npm",
};

/** The package manager of a project: what package.json says, else whose lock file there is, here or above. */
export async function packageManagerOf(folder: string): Promise<PackageManagerName> {
  for (const base of foldersAbove(folder)) {
    const { packageManager = "" } = await readPackageJson(base);
    const named = /^(npm|yarn|pnpm|bun)@/.exec(packageManager)?.[1];
    if (named !== undefined) {
      return named as PackageManagerName;
    }
    for (const [file, manager] of Object.entries(lockFiles)) {
      if (await isFile(join(base, file))) {
        return manager;
      }
    }
  }
  return "npm";
}

/** The command that runs a script of the project, for a person. */
export async function runScriptCommand(folder: string, script: string): Promise<string> {
  return `${await packageManagerOf(folder)} run ${script}`;
}

const addCommands: Readonly<Record<PackageManagerName, string>> = {
  npm: "npm install --save-dev",
  yarn: "yarn add --dev",
  pnpm: "pnpm add --save-dev",
  bun: "bun add --dev",
};

/** The command that adds a package for development, for a person. */
export async function addPackageCommand(folder: string, name: string): Promise<string> {
  return `${addCommands[await packageManagerOf(folder)]} ${name}`;
}
