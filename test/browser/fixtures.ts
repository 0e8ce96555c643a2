import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, type TestInfo } from "@playwright/test";
import { createSampleApp } from "../support/createSampleApp.ts";
import { projectRoot } from "../support/paths.ts";
import type { SampleApp } from "../support/sampleApp.ts";
import { endSupervisors } from "../support/supervisors.ts";
import { startWorkbench, type Workbench, type WorkbenchOptions } from "../support/workbench.ts";
import { openVsCode, type VsCodeWindow } from "./vsCodeWindow.ts";

/** A VS Code server whose supervisors are in a runtime folder of its own. */
export interface Server {
  readonly workbench: Workbench;
  readonly runtimeFolder: string;
  /** Ends the apps that were started from it. */
  endApps(): Promise<void>;
  stop(): Promise<void>;
}

export async function startServer(options: WorkbenchOptions = {}): Promise<Server> {
  // Short, since the path of a Unix socket has to be.
  const runtimeFolder = realpathSync(mkdtempSync(join(tmpdir(), "hl-")));
  const workbench = await startWorkbench({
    install: projectRoot,
    settings: {
      // A terminal that is drawn on a canvas has no text to read.
      "terminal.integrated.gpuAcceleration": "off",
      // In a browser VS Code saves by itself, and a test of who saves would show nothing.
      "files.autoSave": "off",
    },
    ...options,
    env: { ...options.env, HITLESS_RUNTIME_DIR: runtimeFolder },
  });
  return {
    workbench,
    runtimeFolder,
    endApps: () => endSupervisors(runtimeFolder),
    async stop() {
      await workbench.stop();
      await endSupervisors(runtimeFolder);
      rmSync(runtimeFolder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface TestFixtures {
  readonly folder: string;
  /** A small server on a free port, named `api`. */
  readonly app: SampleApp;
  /** A window on the app's folder, with the Hitless view open. */
  readonly vscode: VsCodeWindow;
}

interface WorkerFixtures {
  /** The trusted VS Code that most tests share. */
  readonly server: Server;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    // Playwright reads from the parameter's pattern which fixtures are needed: here, none.
    // biome-ignore lint/correctness/noEmptyPattern: see above
    async ({}, use) => {
      const server = await startServer();
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above
  folder: async ({}, use) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "hitless-browser-")));
    await use(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  },
  app: async ({ folder }, use) => {
    await use(await createSampleApp(folder, "api"));
  },
  vscode: async ({ page, server, app }, use, info) => {
    const vscode = await openVsCode(page, server.workbench.address({ open: app.folder }));
    await vscode.openView();
    await use(vscode);
    await attachLogs(info, server);
    await page.close();
    await server.endApps();
  },
});

/** Puts what the server, the extension and the supervisors wrote beside the screenshot of a failed test. */
export async function attachLogs(info: TestInfo, server: Server): Promise<void> {
  if (info.status === info.expectedStatus) {
    return;
  }
  await info.attach("server.log", { body: server.workbench.log(), contentType: "text/plain" });
  const places = [
    { folder: join(server.workbench.dataFolder, "user", "logs"), name: /Hitless.*\.log$|remoteexthost\.log$/ },
    { folder: server.runtimeFolder, name: /\.log$/ },
  ];
  for (const { folder, name } of places.filter((place) => existsSync(place.folder))) {
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => name.test(path))) {
      const body = readFileSync(join(folder, file));
      if (body.length > 0 && statSync(join(folder, file)).mtimeMs > Date.now() - info.duration) {
        await info.attach(file, { body, contentType: "text/plain" });
      }
    }
  }
}
