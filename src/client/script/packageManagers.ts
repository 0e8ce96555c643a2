import { join, resolve } from "node:path";
import { foldersAbove } from "../project/foldersAbove.ts";
import { readPackageJson } from "../project/packageJson.ts";
import type { PackageManagerName } from "../project/packageManager.ts";
import { isFile } from "../project/resolveScript.ts";
import { workspacePackages } from "../project/workspacePackages.ts";
import { leadingOptions, optionsAnywhere } from "./commandWords.ts";
import { type CommandSetting, type Meaning, nothing, type ScriptCommand } from "./scriptCommand.ts";

export const packageManagers: ReadonlySet<string> = new Set<PackageManagerName>(["npm", "pnpm", "yarn", "bun"]);

const valued = [
  "--prefix",
  "-C",
  "--dir",
  "--cwd",
  "-w",
  "--workspace",
  "-F",
  "--filter",
  "--loglevel",
  "--script-shell",
];

/** Commands of npm and its like that run the script of their name. */
const scriptCommands = new Set(["start", "test", "stop", "restart"]);

/** Commands that run no script of the package. */
const others =
  /^(?:install|i|ci|add|update|up|audit|build|prune|rebuild|version|config|dedupe|link|publish|pack|set|init|create|why)$/;

/** What a command of a package manager runs: `npm run x`, `yarn x`, `pnpm -C api start`, `npm exec -- x` … */
export async function packageManagerMeaning(manager: PackageManagerName, command: ScriptCommand): Promise<Meaning> {
  const whole = [manager, ...command.words].join(" ");
  const before = leadingOptions(command.words, manager === "pnpm" ? valued.filter((name) => name !== "-w") : valued);
  const [verb = "", ...words] = before.rest;
  // npm takes options for itself wherever they are before `--`, the others only up to the script's name.
  const after = manager === "npm" ? optionsAnywhere(words, valued) : leadingOptions(words, valued);
  const runs = verb === "run" || verb === "run-script" || verb === "rum";
  const inner = runs || (manager === "npm" && scriptCommands.has(verb));
  const options = inner ? [...before.options, ...after.options] : before.options;
  const folder = options.find(({ name }) => ["--prefix", "-C", "--dir", "--cwd"].includes(name))?.value;
  const workspace = options.find(({ name }) => /^(?:-w|--workspace|-F|--filter)$/.test(name))?.value;
  const setting: CommandSetting = folder === undefined ? command : { ...command, cwd: resolve(command.cwd, folder) };
  if (workspace !== undefined || verb === "workspace") {
    const [name = "", ...named] = words;
    const given = inner && !runs && !after.rest.includes("--") ? ["--", ...after.rest] : after.rest;
    return workspace === undefined
      ? inWorkspace(manager, name, { ...command, ...setting, words: named })
      : inWorkspace(manager, workspace, { ...command, ...setting, words: [verb, ...(inner ? given : words)] });
  }
  if (verb === "workspaces" || options.some(({ name }) => /^(?:-r|--recursive|-ws|--workspaces)$/.test(name))) {
    return nothing(command, "processManager", whole);
  }
  if (verb === "exec" || verb === "x" || verb === "dlx") {
    return { kind: "command", command: { ...command, ...setting, words: ["npx", ...words] } };
  }
  if (verb === "node" && manager !== "npm") {
    return { kind: "command", command: { ...command, ...setting, words: ["node", ...words] } };
  }
  if (runs) {
    const [name, ...rest] = after.rest;
    if (manager === "bun" && /[./]/.test(name ?? "")) {
      return nothing(command, "otherRuntime", "bun");
    }
    return name === undefined ? nothing(command, "noFile", whole) : scripts(name, passed(manager, rest), setting);
  }
  if (scriptCommands.has(verb)) {
    return scripts(verb, passed(manager, inner ? after.rest : words), setting);
  }
  if (verb === "" || manager === "npm" || others.test(verb)) {
    return nothing(command, "noServer", whole);
  }
  // Yarn, pnpm and bun run a script by its name alone, or a program of a package.
  return manager === "bun" && /[./]/.test(verb)
    ? nothing(command, "otherRuntime", "bun")
    : { kind: "scripts", names: [verb], args: passed(manager, words), setting };
}

function scripts(name: string, args: readonly string[], setting: CommandSetting): Meaning {
  return { kind: "scripts", names: [name], args, setting };
}

/** npm takes options for itself up to `--`, the others pass all words on. */
function passed(manager: PackageManagerName, words: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  if (manager !== "npm") {
    return end === 0 ? words.slice(1) : words;
  }
  const own = end === -1 ? words : words.slice(0, end);
  return [...own.filter((word) => !word.startsWith("-")), ...(end === -1 ? [] : words.slice(end + 1))];
}

/** A workspace is named by its folder or its package, wherever the monorepo has it. */
async function inWorkspace(manager: PackageManagerName, name: string, command: ScriptCommand): Promise<Meaning> {
  const folder = await folderOfWorkspace(command.cwd, name);
  return folder === undefined
    ? nothing(command, "workspaceMissing", name)
    : { kind: "command", command: { ...command, cwd: folder, words: [manager, ...command.words] } };
}

async function folderOfWorkspace(cwd: string, name: string): Promise<string | undefined> {
  for (const folder of [resolve(cwd, name), resolve(cwd, "node_modules", name)]) {
    if (await isFile(join(folder, "package.json"))) {
      return folder;
    }
  }
  // pnpm and Yarn's Plug'n'Play link no workspace into the root.
  for (const root of foldersAbove(cwd)) {
    const folders = (await workspacePackages(root)).map((folder) => join(root, folder));
    const names = await Promise.all(folders.map(async (folder) => (await readPackageJson(folder)).name));
    // pnpm knows a package by its name without the scope, too, where only one has it.
    const exact = names.indexOf(name);
    const scoped = names.flatMap((one, index) => (one?.endsWith(`/${name}`) === true ? [index] : []));
    const found = exact !== -1 ? exact : scoped.length === 1 ? scoped[0] : undefined;
    if (found !== undefined) {
      return folders[found];
    }
  }
  return undefined;
}
