import { execFileSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { expect, type Page } from "@playwright/test";
import { createSampleApp } from "../support/createSampleApp.ts";
import { projectRoot } from "../support/paths.ts";
import { attachLogs, test } from "./fixtures.ts";
import { openVsCode, type VsCodeWindow } from "./vsCodeWindow.ts";

/** Types that are stripped, so that the lines stay; the answer is on line 9. */
const server = `import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

interface Answer { readonly pid: number; readonly version: string; readonly worker: string; readonly generation: string }

const { HITLESS_WORKER: worker = "", HITLESS_GENERATION: generation = "", PORT } = process.env;

createServer((_request: IncomingMessage, response: ServerResponse) => {
  const answer: Answer = { pid: process.pid, version: "1", worker, generation };
  response.end(JSON.stringify(answer));
}).listen(Number(PORT));
`;
const breakLine = 9;

/** Opens a file of the folder with the cursor on a line, and sets a breakpoint there. */
async function breakAt(page: Page, file: string, line: number): Promise<void> {
  const input = page.locator(".quick-input-box input").first();
  const option = page.getByRole("option", { name: new RegExp(`^${file}`) }).first();
  await expect(async () => {
    await page.keyboard.press("ControlOrMeta+p");
    await input.fill(`${file}:${line}`, { timeout: 3_000 });
    await option.click({ timeout: 5_000 });
    await expect(page.locator(".editor-group-container .tab.active")).toContainText(file, { timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  const glyph = page.locator(".codicon-debug-breakpoint, .codicon-debug-breakpoint-unverified");
  await expect(async () => {
    await page
      .locator(".monaco-editor .view-lines")
      .first()
      .click({ timeout: 2_000, position: { x: 300, y: 10 } });
    await page.keyboard.press("Control+g");
    await input.fill(`:${line}`, { timeout: 3_000 });
    await page.keyboard.press("Enter");
    if ((await glyph.count()) === 0) {
      await page.keyboard.press("F9");
    }
    await expect(glyph.first()).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
}

/** Waits for a row that says where its worker is paused, and shows the tree. */
async function untilPaused(vscode: VsCodeWindow, generation: number): Promise<void> {
  await expect(vscode.page.locator(".debug-top-stack-frame-line").first()).toBeVisible();
  await vscode.openView();
  const row = vscode.workerRows().filter({ hasText: `gen ${generation}` });
  await expect(row.first()).toHaveAccessibleName(new RegExp(`paused at server\\.[jt]s:${breakLine}`));
}

test("F5 debugs an app: a breakpoint in its TypeScript holds across a reload", async ({
  page,
  server: vs,
  folder,
}, info) => {
  test.setTimeout(150_000);
  const app = await createSampleApp(folder, "api", { entry: "server.ts", workers: 1, node: process.execPath });
  app.write("server.ts", server);
  const vscode = await openVsCode(page, vs.workbench.address({ open: app.folder }));
  try {
    await vscode.openView();
    await expect(page.getByText("Your app is stopped.")).toBeVisible();
    await breakAt(page, "server.ts", breakLine);

    await page.keyboard.press("F5");
    await page
      .getByRole("option", { name: /^Hitless/ })
      .first()
      .click();
    await vscode.openView();
    await expect(vscode.appRow("api")).toHaveAccessibleName(/^api, running, 1 of 1 worker ready/, { timeout: 40_000 });

    const first = app.ask();
    await untilPaused(vscode, 1);
    await expect(vscode.statusItem(/^Hitless, api, .*paused at server\.ts:9/)).toBeVisible();
    await page.screenshot({ path: join(info.outputDir, "paused.png") });
    await page.keyboard.press("F5");
    expect((await first).generation).toBe("1");

    // Restart in the debug toolbar is a reload.
    await page.keyboard.press("ControlOrMeta+Shift+F5");
    await expect(vscode.workerRows().filter({ hasText: "gen 2" })).toHaveCount(1, { timeout: 40_000 });
    await expect(vscode.workerRows()).toHaveCount(1);
    const second = app.ask();
    await untilPaused(vscode, 2);
    await page.keyboard.press("F5");
    expect((await second).generation).toBe("2");

    await page.keyboard.press("Shift+F5");
    await expect(page.getByText("Your app is stopped.")).toBeVisible({ timeout: 40_000 });
  } finally {
    await page.screenshot({ path: join(info.outputDir, "end.png") }).catch(() => undefined);
    await attachLogs(info, vs);
    await page.close();
    await vs.endApps();
  }
});

test("attaches to a worker by its pid, and shows where that debugger has stopped it", async ({
  page,
  server: vs,
  folder,
}, info) => {
  test.setTimeout(120_000);
  const app = await createSampleApp(folder, "api", { entry: "server.ts", workers: 2, node: process.execPath });
  app.write("server.ts", server);
  const vscode = await openVsCode(page, vs.workbench.address({ open: app.folder }));
  try {
    await vscode.openView();
    await page.getByRole("button", { name: "Start", exact: true }).first().click();
    await expect(vscode.appRow("api")).toHaveAccessibleName(/^api, running, 2 of 2 workers ready/);
    const { pid, worker } = await app.ask();
    await breakAt(page, "server.ts", breakLine);
    // With "localhost" VS Code's debugger asks IPv4 and IPv6 at once, and where IPv6 refuses it attaches to no process at all.
    const attach = { type: "node", request: "attach", name: "by pid", processId: String(pid), address: "127.0.0.1" };
    app.write(".vscode/launch.json", JSON.stringify({ version: "0.2.0", configurations: [attach] }));
    await page.keyboard.press("F5");
    // The debugger is there when its toolbar is, and has set the breakpoint when that is no longer grey.
    await expect(page.locator(".debug-toolbar")).toBeVisible();
    await expect(page.locator(".codicon-debug-breakpoint").first()).toBeVisible();
    let held: Promise<unknown> = Promise.resolve();
    await expect(async () => {
      held = app.ask().catch(() => undefined);
      await expect(page.locator(".debug-top-stack-frame-line").first()).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 30_000 });
    await vscode.openView();
    const row = vscode.workerRows().filter({ hasText: `${worker} · gen 1` });
    await expect(row).toHaveAccessibleName(/paused at server\.ts:9/);
    await page.screenshot({ path: join(info.outputDir, "by-pid.png") });
    await vscode.pressRowButton(row, "Continue");
    await held;
    await expect(row).toHaveAccessibleName(/ready/);
  } finally {
    await page.screenshot({ path: join(info.outputDir, "end.png") }).catch(() => undefined);
    await attachLogs(info, vs);
    await page.close();
    await vs.endApps();
  }
});

/** An enum can't be stripped, so this runs only compiled; the answer is on line 7. */
const compiled = `import { createServer } from "node:http";
enum Version { First = "1" }
createServer((_request, response) => {
  const { HITLESS_WORKER: worker = "", HITLESS_GENERATION: generation = "" } = process.env;
  const version = Version.First;
  const answer = { pid: process.pid, version, worker, generation };
  response.end(JSON.stringify(answer));
}).listen(Number(process.env.PORT));
`;

test("debugs compiled TypeScript by its maps, also in a worker that is added later", async ({
  page,
  server: vs,
  folder,
}, info) => {
  test.setTimeout(150_000);
  const app = await createSampleApp(folder, "api", { entry: "dist/main.js", workers: 1, node: process.execPath });
  app.write("src/main.ts", compiled);
  const options = ["--outDir", "dist", "--sourceMap", "--noCheck", "--module", "commonjs", "--target", "es2022"];
  const compiler = join(projectRoot, "node_modules", "typescript", "bin", "tsc");
  execFileSync(process.execPath, [compiler, "src/main.ts", ...options], { cwd: app.folder });
  const vscode = await openVsCode(page, vs.workbench.address({ open: app.folder }));
  try {
    await vscode.openView();
    await page.getByRole("button", { name: "Start", exact: true }).first().click();
    await expect(vscode.appRow("api")).toHaveAccessibleName(/^api, running, 1 of 1 worker ready/);
    await breakAt(page, "main.ts", 7);
    await vscode.openView();
    await vscode.runCommand("Hitless: Debug");
    await expect(page.locator(".debug-toolbar")).toBeVisible();
    await vscode.openView();
    await vscode.runCommand("Hitless: Scale…");
    await expect(page.getByText("Scale api")).toBeVisible();
    await page.keyboard.type("2");
    await page.keyboard.press("Enter");
    await expect(vscode.appRow("api")).toHaveAccessibleName(/^api, running, 2 of 2/);

    // A request each: one that is paused gets no more.
    const held: Promise<unknown>[] = [];
    const paused = vscode.workerRows().and(page.getByRole("treeitem", { name: /paused at main\.ts:7/ }));
    await expect(async () => {
      held.push(app.ask().catch(() => undefined));
      await vscode.openView();
      await expect(paused).toHaveCount(2, { timeout: 3_000 });
    }).toPass({ timeout: 30_000 });
    await page.screenshot({ path: join(info.outputDir, "both-paused.png") });
    await page.keyboard.press("Shift+F5");
    await expect(paused).toHaveCount(0);
    await Promise.all(held);
  } finally {
    await page.screenshot({ path: join(info.outputDir, "end.png") }).catch(() => undefined);
    await attachLogs(info, vs);
    await page.close();
    await vs.endApps();
  }
});
