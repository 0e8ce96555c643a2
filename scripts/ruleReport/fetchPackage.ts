import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../test/support/programs.ts";
import { npmCommand } from "../support/prepare.mjs";

/**
 * The folder of a package of npm, or of `github:owner/name#commit`, which is fetched once: the package alone, without its dependencies
 * and without running anything of it. Needs `tar`, which Linux, macOS and Windows have, or `git`.
 */
export async function fetchPackage(cache: string, spec: string): Promise<string> {
  const folder = join(cache, spec.replaceAll(/[/:#]/g, "+"));
  if (existsSync(folder)) {
    return folder;
  }
  const temporary = `${folder}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(join(temporary, "package"), { recursive: true });
  await (spec.startsWith("github:") ? cloneTo : unpackTo)(temporary, spec, cache);
  renameSync(join(temporary, "package"), folder);
  rmSync(temporary, { recursive: true, force: true });
  return folder;
}

async function cloneTo(temporary: string, spec: string): Promise<void> {
  const [repository = "", commit = ""] = spec.slice("github:".length).split("#");
  const folder = join(temporary, "package");
  const git = (...args: readonly string[]) => orThrow(`git could not fetch ${spec}`, "git", args, folder);
  await git("init", "--quiet");
  await git("fetch", "--quiet", "--depth", "1", `https://github.com/${repository}.git`, commit);
  await git("-c", "advice.detachedHead=false", "checkout", "--quiet", "FETCH_HEAD");
  rmSync(join(folder, ".git"), { recursive: true, force: true });
}

async function unpackTo(temporary: string, spec: string, cache: string): Promise<void> {
  const npm = npmCommand();
  const packing = [...npm.args, "pack", spec, "--ignore-scripts", "--silent", "--pack-destination", temporary];
  await orThrow(`npm could not fetch ${spec}`, npm.program, packing, cache);
  const archive = readdirSync(temporary).find((name) => name.endsWith(".tgz"));
  const unpacking = ["-xzf", join(temporary, archive ?? ""), "-C", join(temporary, "package"), "--strip-components=1"];
  await orThrow(`${spec} could not be unpacked`, "tar", unpacking, cache);
}

async function orThrow(what: string, program: string, args: readonly string[], cwd: string): Promise<void> {
  const { code, output } = await run(program, args, { cwd, deadlineMs: 300_000 });
  if (code !== 0) {
    throw new Error(`${what}:\n${output}`);
  }
}
