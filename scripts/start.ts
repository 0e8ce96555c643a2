// `npm start`: builds Hitless and opens a VS Code that has it loaded, on a fresh copy of an example app. Desktop VS Code
// where there is one, else the same workbench in a browser. Ctrl-C ends all of it, the example app included.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { join, sep } from "node:path";
import process from "node:process";
import killTree from "tree-kill";
import { listEndpoints } from "../src/client/launch/endpoints.ts";
import { runtimeFolder } from "../src/client/launch/runtimeFolder.ts";
import { cacheFolder, projectRoot } from "../test/support/paths.ts";
import { isAlive } from "../test/support/process/processes.ts";
import { poll } from "../test/support/process/until.ts";
import { run } from "../test/support/programs.ts";
import { startWorkbench } from "../test/support/workbench.ts";
import { findDesktopCode, hasDesktop, showInBrowser } from "./support/desktop.ts";
import { startPortRedirect } from "./support/portRedirect.ts";
import { giveUp } from "./support/prepare.mjs";

const appStopDeadlineMs = 45_000;

/** Opens what should be seen first. */
const tour = join(projectRoot, "scripts", "tour");

/** Ctrl-C, or whoever else wants this to end. Comes but once, however often it is asked for. */
const ended = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => resolve());
  }
  // A signal sent to npm alone ends npm and the shell it runs scripts in, and never reaches this process.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && resolve(), 1_000).unref();
});

try {
  await build();
  const folder = copyExample();
  const code = hasDesktop() ? findDesktopCode() : null;
  await (code === null ? serveInBrowser(folder) : openDesktop(code, folder));
  await stopApps(folder);
} catch (error) {
  giveUp(error instanceof Error ? error.message : String(error));
}
process.exit(0);

async function build(): Promise<void> {
  const result = await run(process.execPath, [join(projectRoot, "scripts", "build.mjs")], { deadlineMs: 120_000 });
  if (result.code !== 0) {
    throw new Error(`The build failed:\n${result.output}`);
  }
}

function copyExample(): string {
  const folder = join(cacheFolder, "example", "shop");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(projectRoot, "examples", "shop"), folder, { recursive: true });
  return realpathSync(folder);
}

async function openDesktop(code: string, folder: string): Promise<void> {
  const data = join(cacheFolder, "start-desktop");
  process.stdout.write(`Opening ${code} with Hitless on ${folder}. Ctrl-C closes it.\n`);
  // A window of its own data folder belongs to this command, and `--verbose` ties it to the process started here.
  const window = spawn(
    code,
    [
      ...[`--extensionDevelopmentPath=${projectRoot}`, `--extensionDevelopmentPath=${tour}`],
      ...["--user-data-dir", join(data, "user"), "--extensions-dir", join(data, "extensions")],
      ...["--disable-workspace-trust", "--skip-welcome", "--skip-release-notes", "--new-window", "--verbose"],
      folder,
    ],
    { stdio: "ignore" },
  );
  const closed = once(window, "exit");
  await Promise.race([closed, ended]);
  await endTree(window);
}

async function endTree(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const gone = once(child, "exit");
    killTree(pid, "SIGTERM");
    await gone;
  }
}

async function serveInBrowser(folder: string): Promise<void> {
  const redirect = await startPortRedirect();
  const workbench = await startWorkbench({
    dataFolder: join(cacheFolder, "start-browser"),
    install: [projectRoot, tour],
    token: randomBytes(16).toString("hex"),
    env: { VSCODE_PROXY_URI: redirect.template },
  });
  const address = workbench.address({ open: folder });
  const isShown = showInBrowser(address);
  process.stdout.write(
    `\nVS Code with Hitless is at\n\n  ${address}\n\n` +
      `${isShown ? "Your browser opens it." : "Open it in a browser on this machine."} ` +
      `The example is ${folder}. Ctrl-C ends it.\n`,
  );
  await ended;
  process.stdout.write("Stopping …\n");
  await workbench.stop();
  redirect.stop();
}

/** Supervisors wait a while for a window that comes back; here none will. */
async function stopApps(folder: string): Promise<void> {
  const endpoints = await listEndpoints(runtimeFolder());
  const ours = endpoints.filter(({ root }) => root === folder || root.startsWith(folder + sep));
  for (const { pid } of ours) {
    process.kill(pid, "SIGTERM");
  }
  await poll("the example app stops", () => ours.every(({ pid }) => !isAlive(pid)), appStopDeadlineMs);
}
