// Runs the suite inside the extension host of a real VS Code: of the desktop one where it can be had and shown, else of
// the embedded workbench. The suite, the call and the report are the same.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { downloadAndUnzipVSCode, runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { ensureChromium } from "../support/chromium.ts";
import { codeServerSupported, ensureCodeServer } from "../support/codeServer.ts";
import { createSampleApp } from "../support/createSampleApp.ts";
import { cacheFolder, projectRoot, resultsFolder } from "../support/paths.ts";
import { endSupervisors } from "../support/supervisors.ts";

const downloadTimeoutMs = 15_000;
const suiteFolder = join(cacheFolder, "suite");

// The real path: workers tell where they really are, and on macOS the temporary folder is reached through a link.
const folder = realpathSync(mkdtempSync(join(tmpdir(), "hitless-vscode-")));
// Short, since the path of a Unix socket has to be.
const runtimeFolder = realpathSync(mkdtempSync(join(tmpdir(), "hl-")));
try {
  await bundleSuite();
  const workspace = await createWorkspace();
  const { executable, launchArgs } = await findVsCode();
  mkdirSync(resultsFolder, { recursive: true });
  await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: projectRoot,
    extensionTestsPath: join(suiteFolder, "index.cjs"),
    launchArgs: [
      ...launchArgs,
      workspace,
      ...["--user-data-dir", join(folder, "user"), "--extensions-dir", join(folder, "extensions")],
    ],
    extensionTestsEnv: {
      HITLESS_RUNTIME_DIR: runtimeFolder,
      HITLESS_TEST_REPORTER: join(projectRoot, "test", "support", "reporter.cjs"),
      HITLESS_TEST_REPORT: join(resultsFolder, "vscode.json"),
      HITLESS_TEST_APPS: folder,
    },
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await endSupervisors(runtimeFolder);
  for (const path of [folder, runtimeFolder]) {
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function bundleSuite(): Promise<void> {
  rmSync(suiteFolder, { recursive: true, force: true });
  await build({
    absWorkingDir: projectRoot,
    entryPoints: ["test/vscode/suite/*.ts"],
    outdir: suiteFolder,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    sourcemap: "inline",
    external: ["vscode", "mocha"],
    logLevel: "warning",
  });
}

/** Two folders with an app each. */
async function createWorkspace(): Promise<string> {
  const apps = [await createSampleApp(folder, "api"), await createSampleApp(folder, "site", { workers: 1 })];
  const workspace = join(folder, "both.code-workspace");
  const settings = { "telemetry.telemetryLevel": "off", "workbench.startupEditor": "none" };
  writeFileSync(workspace, JSON.stringify({ folders: apps.map((app) => ({ path: app.folder })), settings }));
  return workspace;
}

async function findVsCode(): Promise<{ readonly executable: string; readonly launchArgs: readonly string[] }> {
  const desktop = await desktopVsCode();
  if (desktop !== null) {
    return { executable: desktop, launchArgs: [] };
  }
  await ensureChromium();
  await ensureCodeServer();
  // A program like any other to test-electron: Node.js with the launcher as its first argument.
  return { executable: process.execPath, launchArgs: [join(projectRoot, "test", "support", "launchWorkbench.ts")] };
}

/** Desktop VS Code, kept in the cache folder; null where it can't be had, or where there is no screen for it. */
async function desktopVsCode(): Promise<string | null> {
  if (process.platform === "linux" && (process.env.DISPLAY ?? "") === "") {
    return null;
  }
  try {
    return await downloadAndUnzipVSCode({ cachePath: cacheFolder, timeout: downloadTimeoutMs });
  } catch (error) {
    if (!codeServerSupported) {
      throw error;
    }
    process.stdout.write("Desktop VS Code can't be downloaded; the embedded workbench takes its place.\n");
    return null;
  }
}
