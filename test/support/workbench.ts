import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { ensureCodeServer } from "./codeServer.ts";

const startDeadlineMs = 60_000;
const stopDeadlineMs = 10_000;

export interface WorkbenchOptions {
  /** Folder for user data, settings and extensions; default: a fresh one that `stop()` deletes. */
  readonly dataFolder?: string;
  /** Whether every folder counts as trusted; default true. */
  readonly trusted?: boolean;
  /** Settings on top of the quiet defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Asked of everyone who opens the address; default: none, for tests on a port nobody knows. */
  readonly token?: string;
  /**
   * An extension to install before the start: a packaged one (`.vsix`), or folders of some, which are linked to.
   * People and browser tests get it so, not as an extension that is being developed: for that the workbench has to
   * be in a test mode in which no message pops up.
   */
  readonly install?: string | readonly string[];
  /** Whether an address may name a suite to run; no message pops up then. Default false. */
  readonly testDriver?: boolean;
}

export interface WorkbenchTarget {
  /** A folder, or a `.code-workspace` file; none opens an empty window. */
  readonly open?: string;
  /** A file to show in an editor. */
  readonly file?: string;
  /** An extension's folder, and the file whose `run()` tests it inside the extension host. */
  readonly suite?: { readonly extension: string; readonly tests: string };
}

/** A running VS Code server, which any browser on this machine can use as a full VS Code. */
export interface Workbench {
  address(target: WorkbenchTarget): string;
  readonly dataFolder: string;
  /** What the server printed so far. */
  log(): string;
  /** Ends the server and its extension hosts; may be called again. */
  stop(): Promise<void>;
}

/** Keeps the workbench from talking to anybody and from covering itself with welcomes and questions. */
const quietSettings = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.enableExperiments": false,
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "security.workspace.trust.banner": "never",
  "window.commandCenter": false,
  "git.openRepositoryInParentFolders": "never",
  // Every port of every app would be announced with a message of its own.
  "remote.autoForwardPorts": false,
};

/** Starts a VS Code server on a free port of this machine. */
export async function startWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const serverMain = await ensureCodeServer();
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), "hitless-workbench-"));
  writeSettings(dataFolder, { ...quietSettings, ...options.settings });
  if (typeof options.install === "string" && options.install.endsWith(".vsix")) {
    await installVsix(serverMain, dataFolder, options.install);
  } else if (options.install !== undefined) {
    linkExtensions(dataFolder, [options.install].flat());
  }
  const child = spawnServer(
    serverMain,
    [
      ...["--host", "127.0.0.1", "--port", "0", "--accept-server-license-terms", "--disable-telemetry"],
      // Without it a built workbench ignores the address's `payload`.
      ...(options.testDriver ? ["--enable-smoke-test-driver"] : []),
      ...["--reconnection-grace-time", "5"],
      // A PATH that is given would be replaced by that of a login shell.
      ...(options.env?.PATH === undefined ? [] : ["--force-disable-user-env"]),
      ...(options.token === undefined ? ["--without-connection-token"] : ["--connection-token", options.token]),
      ...((options.trusted ?? true) ? ["--disable-workspace-trust"] : []),
      ...dataArgs(dataFolder),
    ],
    options.env ?? {},
  );
  let log = "";
  const collect = (text: string) => {
    log += text;
  };
  child.stdout?.setEncoding("utf8").on("data", collect);
  child.stderr?.setEncoding("utf8").on("data", collect);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= endServer(child).then(() => {
      if (options.dataFolder === undefined) {
        rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
      }
    });
    return stopped;
  };
  try {
    const port = await listeningPort(child, () => log);
    return {
      address: (target) => workbenchAddress(port, target, options.token),
      dataFolder,
      log: () => log,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function dataArgs(dataFolder: string): string[] {
  const [user, server, extensions] = ["user", "server", "extensions"].map((name) => join(dataFolder, name));
  return ["--user-data-dir", user ?? "", "--server-data-dir", server ?? "", "--extensions-dir", extensions ?? ""];
}

/**
 * As settings of this machine: a person's own ones live in the storage of the browser, where they can't be prepared.
 * Those that hold for all of VS Code (scope `application`), such as telemetry, have no effect here.
 */
function writeSettings(dataFolder: string, settings: Readonly<Record<string, unknown>>): void {
  const folder = join(dataFolder, "user", "Machine");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "settings.json"), JSON.stringify(settings, null, 2));
}

/** VS Code takes up whatever lies in its extensions folder when that folder has no list yet. */
function linkExtensions(dataFolder: string, linked: readonly string[]): void {
  const extensions = join(dataFolder, "extensions");
  rmSync(extensions, { recursive: true, force: true });
  mkdirSync(extensions, { recursive: true });
  for (const extension of linked) {
    symlinkSync(extension, join(extensions, basename(extension)), "junction");
  }
}

/** Its own process group, so that nothing of it outlives `endServer`. */
function spawnServer(serverMain: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|VSCODE_|ELECTRON_)/.test(name));
  return spawn(process.execPath, [serverMain, ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
  });
}

async function installVsix(serverMain: string, dataFolder: string, vsix: string): Promise<void> {
  const args = ["--install-extension", vsix, "--force", "--accept-server-license-terms", ...dataArgs(dataFolder)];
  const child = spawnServer(serverMain, args, {});
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), startDeadlineMs);
  const [code] = await once(child, "close");
  clearTimeout(timer);
  if (code !== 0) {
    throw new Error(`${vsix} could not be installed (exit code ${code}):\n${output}`);
  }
}

function listeningPort(child: ChildProcess, log: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The VS Code server ${why}:\n${log()}`));
    const timer = setTimeout(() => fail(`was not up after ${startDeadlineMs} ms`), startDeadlineMs);
    child.once("error", (error) => fail(`could not be started (${error.message})`));
    child.once("exit", (code) => fail(`ended at once with exit code ${code}`));
    child.stdout?.on("data", () => {
      const port = /Extension host agent listening on (\d+)/.exec(log())?.[1];
      if (port !== undefined) {
        clearTimeout(timer);
        resolve(Number(port));
      }
    });
  });
}

function workbenchAddress(port: number, target: WorkbenchTarget, token: string | undefined): string {
  const remote = (path: string) => `vscode-remote://127.0.0.1:${port}${pathToFileURL(path).pathname}`;
  const payload: [string, string][] = [];
  if (target.suite !== undefined) {
    payload.push(["extensionDevelopmentPath", remote(target.suite.extension)]);
    payload.push(["extensionTestsPath", remote(target.suite.tests)]);
  }
  if (target.file !== undefined) {
    payload.push(["openFile", remote(target.file)]);
  }
  const query = [
    ...(token === undefined ? [] : [["tkn", token]]),
    ...(target.open === undefined
      ? [["ew", "true"]]
      : [[target.open.endsWith(".code-workspace") ? "workspace" : "folder", target.open]]),
    ...(payload.length === 0 ? [] : [["payload", JSON.stringify(payload)]]),
  ];
  return `http://127.0.0.1:${port}/?${query.map((pair) => pair.map(encodeURIComponent).join("=")).join("&")}`;
}

async function endServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => signalGroup(child, "SIGKILL"), stopDeadlineMs);
  await gone;
  clearTimeout(timer);
  signalGroup(child, "SIGKILL");
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined && process.platform !== "win32") {
      process.kill(-child.pid, signal);
    } else {
      child.kill(signal);
    }
  } catch {
    // The whole group is gone already.
  }
}
