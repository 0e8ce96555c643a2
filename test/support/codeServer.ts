import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import process from "node:process";
import { npmCommand } from "../../scripts/support/prepare.mjs";
import { cacheFolder, projectRoot } from "./paths.ts";
import { run } from "./programs.ts";
import { compilerNeeds, ensureSystem } from "./systemPackages.ts";
import { tellWhileWaiting } from "./tellWhileWaiting.ts";

/** The npm package that carries a whole VS Code (4.x.y carries 1.x.y) and can be had where its downloads can't. */
const version = "4.139.1";
const installDeadlineMs = 540_000;

const home = join(cacheFolder, `code-server-${version}`);
const serverMain = join(home, "node_modules", "code-server", "lib", "vscode", "out", "server-main.js");

export const codeServerSupported = process.platform !== "win32";

/**
 * Makes sure that the embedded workbench is there: installs it, once (about 100 s and 600 MB), into the git-ignored
 * cache folder. It is no dependency of the project because of that size.
 * @returns The path of VS Code's `server-main.js`.
 */
export async function ensureCodeServer(): Promise<string> {
  if (existsSync(serverMain)) {
    return serverMain;
  }
  if (!codeServerSupported) {
    throw new Error("The embedded workbench does not run on Windows. Install desktop VS Code, with `code` on PATH.");
  }
  await ensureSystem(compilerNeeds, "The embedded workbench");
  process.stdout.write(`Installing the embedded VS Code workbench, once (code-server ${version}, about 2 minutes) …\n`);
  // Installed under another name and renamed at the end, so that a cut installation is never taken for a whole one.
  const partial = `${home}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, "package.json"), JSON.stringify(manifest(), null, 2));
  try {
    await tellWhileWaiting("installing the workbench", () => install(partial));
    renameSync(partial, home);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(serverMain)) {
      throw error;
    }
  }
  return serverMain;
}

/** npm runs the install scripts of named packages only. */
function manifest(): object {
  return {
    name: "hitless-workbench",
    private: true,
    dependencies: { "code-server": version },
    allowScripts: { "code-server": true, argon2: true },
  };
}

async function install(folder: string): Promise<void> {
  const npm = npmCommand();
  const result = await run(npm.program, [...npm.args, "install", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    env: installEnvironment(),
    deadlineMs: installDeadlineMs,
  });
  if (result.code !== 0 || !existsSync(join(folder, serverMain.slice(home.length)))) {
    const tail = result.output.trimEnd().split("\n").slice(-25).join("\n");
    throw new Error(`The embedded workbench could not be installed (npm exit code ${result.code}):\n${tail}`);
  }
}

/**
 * Its install script runs `npm` and checks for Node.js 24, so the pinned one must come first on PATH. Headers of the
 * system's own Node.js are good enough for its native modules (they use the stable Node-API) and save a download.
 */
function installEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    // What the outer npm tells its scripts would be taken for settings of this one.
    if (
      !/^npm_(package|lifecycle|command|execpath|node_execpath|config_(user_agent|local_prefix|allow_scripts))/.test(
        name,
      )
    ) {
      env[name] = value;
    }
  }
  env.PATH = [join(projectRoot, "node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter);
  const systemRoot = systemNodeRoot();
  if (systemRoot !== null && env.npm_config_nodedir === undefined) {
    env.npm_config_nodedir = systemRoot;
  }
  return env;
}

function systemNodeRoot(): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const bin = folders.find((folder) => existsSync(join(folder, "node")));
  const root = bin === undefined ? null : dirname(resolve(bin));
  return root !== null && existsSync(join(root, "include", "node", "node_api.h")) ? root : null;
}
