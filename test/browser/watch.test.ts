import { expect, type Page } from "@playwright/test";
import { createSampleApp } from "../support/createSampleApp.ts";
import { startStrictClient } from "../support/process/strictClient.ts";
import type { SampleApp } from "../support/sampleApp.ts";
import { test } from "./fixtures.ts";
import { openVsCode, type VsCodeWindow } from "./vsCodeWindow.ts";

const allReady = /^api, running, 2 of 2 workers ready/;

/** The server with its version in its first line, where a test can type another. */
async function createApp(folder: string, config: Readonly<Record<string, unknown>>): Promise<SampleApp> {
  const app = await createSampleApp(folder, "api", config);
  const rest = app.read("server.js").replace(/^const version = .*\n/m, "");
  app.write("server.js", `const version = "1";\n${rest}`);
  return app;
}

/** Types another first line into the open server.js. */
async function typeFirstLine(page: Page, text: string): Promise<void> {
  const editor = page.locator(".editor-instance");
  await editor.locator(".view-line").first().click();
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.press("Shift+End");
  await page.keyboard.insertText(text);
  await expect(editor.locator(".view-line").first()).toContainText(text.replaceAll(" ", "\u00a0"));
}

async function openServer(vscode: VsCodeWindow): Promise<void> {
  const { page } = vscode;
  const tab = page.getByRole("tab", { name: /^server\.js/ });
  await expect(async () => {
    await page.keyboard.press("ControlOrMeta+P");
    await page.keyboard.insertText("server.js");
    await page
      .getByRole("option", { name: /^server\.js/ })
      .first()
      .click({ timeout: 5_000 });
    await expect(tab).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 45_000 });
}

async function start(page: Page, address: string): Promise<VsCodeWindow> {
  const vscode = await openVsCode(page, address);
  await vscode.openView();
  await page.getByRole("button", { name: "Start", exact: true }).first().click();
  await expect(vscode.appRow("api")).toHaveAccessibleName(allReady);
  return vscode;
}

test("a save is a reload, and a mistake stands at its line and takes nothing from a client", async ({
  page,
  server,
  folder,
}) => {
  const app = await createApp(folder, { watch: true });
  const vscode = await start(page, server.workbench.address({ open: app.folder }));
  await expect(vscode.appRow("api")).toContainText("watching");
  await openServer(vscode);
  const strict = await startStrictClient({ target: { port: app.port }, connections: 4, thinkMs: 5 });
  const answers = (version: string) => expect.poll(async () => (await app.ask()).version).toBe(version);
  const mistake = page.locator(".squiggly-error");

  await typeFirstLine(page, 'const version = "2";');
  await page.keyboard.press("ControlOrMeta+S");
  await answers("2");
  await expect(mistake).toHaveCount(0);

  await typeFirstLine(page, "const version = missing.thing;");
  await page.keyboard.press("ControlOrMeta+S");
  await expect(mistake).toHaveCount(1);
  expect((await app.ask()).version).toBe("2");
  await vscode.runCommand("Problems: Focus on Problems View");
  await expect(page.getByRole("treeitem", { name: /^Error: ReferenceError: missing is not defined/ })).toBeVisible();
  await page.locator(".editor-instance .view-line").first().click();
  await page.keyboard.press("ControlOrMeta+.");
  await expect(page.locator(".action-widget").getByText("Show Log")).toBeVisible();
  await page.keyboard.press("Escape");

  await typeFirstLine(page, 'const version = "3";');
  await page.keyboard.press("ControlOrMeta+S");
  await answers("3");
  await expect(mistake).toHaveCount(0);
  const counts = await strict.stop();
  expect([counts.failed, counts.failures]).toEqual([0, []]);
});

test("a reload saves the app's editors first, and watching is switched on from the row", async ({
  page,
  server,
  folder,
}) => {
  const app = await createApp(folder, {});
  const vscode = await start(page, server.workbench.address({ open: app.folder }));
  await openServer(vscode);
  await typeFirstLine(page, 'const version = "unsaved";');
  await vscode.pressRowButton(vscode.appRow("api"), "Reload");
  await expect.poll(async () => (await app.ask()).version).toBe("unsaved");
  expect(app.read("server.js")).toContain('const version = "unsaved";');

  await vscode.pressRowButton(vscode.appRow("api"), "Watch Files");
  await expect(vscode.appRow("api")).toContainText("watching");
  await expect(vscode.statusItem(/^Hitless, api, running, .*watching/)).toBeVisible();
  app.write("server.js", app.read("server.js").replace("unsaved", "watched"));
  await expect.poll(async () => (await app.ask()).version).toBe("watched");
});
