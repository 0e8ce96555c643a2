import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmCommand } from "../../scripts/support/prepare.mjs";
import { projectRoot } from "../../test/support/paths.ts";
import { runCommand } from "./child.ts";

/** Git-ignored: peers are no dependency of the project, and are installed when first compared with. */
const peersFolder = join(projectRoot, ".bench-peers");

/** Installs packages of npm beside each other; returns the folder they are in. */
export async function installPeer(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(peersFolder, name);
  const wanted = packages.join(" ");
  const done = join(folder, "installed.txt");
  if (!existsSync(done) || readFileSync(done, "utf8") !== wanted) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"private":true}\n');
    const npm = npmCommand();
    const flags = ["--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts"];
    await runCommand(npm.program, [...npm.args, "install", ...flags, ...packages], { cwd: folder, env: process.env });
    writeFileSync(done, wanted);
  }
  return folder;
}
