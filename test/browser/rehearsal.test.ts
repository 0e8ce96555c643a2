// What is evaluated in the page knows the page.
/// <reference lib="dom" />
import { join } from "node:path";
import { expect } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { settingsFile } from "../support/sampleApp.ts";
import { test } from "./fixtures.ts";
import type { VsCodeWindow } from "./vsCodeWindow.ts";

const themes = {
  light: "Default Light Modern",
  dark: "Default Dark Modern",
  "high-contrast": "Default High Contrast",
  "high-contrast-light": "Default High Contrast Light",
};

test("rehearses a reload, and shows its picture, which anybody can read in any theme", async ({
  app,
  vscode,
}, info) => {
  // It waits for a load, and for a window twice.
  test.setTimeout(180_000);
  const { page } = vscode;
  await page.getByRole("button", { name: "Start", exact: true }).first().click();
  await expect(vscode.appRow("api")).toHaveAccessibleName(/^api, running, 2 of 2/);

  await vscode.runCommand("Hitless: Rehearse a Reload…");
  await expect(page.getByRole("option", { name: /^Reload, new workers first/ })).toBeVisible();
  await page.keyboard.press("Enter");
  const input = page.getByPlaceholder(/^Paths that clients ask/);
  await input.fill("products 3s");
  await expect(page.getByRole("option", { name: /path must begin with \/.*"products"/ })).toBeVisible();
  await input.fill("/ 3s");
  await page.getByRole("option", { name: "/ 3s" }).click();
  await expect(vscode.message(/Rehearsing a reload of api/)).toBeVisible();

  const panel = page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  await expect(
    panel.getByRole("heading", { name: /(nobody would have noticed|nothing was lost) · reload of api$/ }),
  ).toBeVisible({
    timeout: 60_000,
  });
  await expect(panel.getByRole("img", { name: /^Times of the answers over \d+ seconds/ })).toBeVisible();
  await expect(panel.getByRole("table", { name: /^Before, during/ })).toBeVisible();
  await expect(panel.getByRole("row", { name: /^worker 1, generation 2/ })).toBeVisible();

  const settings = JSON.parse(app.read(settingsFile));
  for (const [theme, name] of Object.entries(themes)) {
    app.write(settingsFile, JSON.stringify({ ...settings, "workbench.colorTheme": name }));
    await expect(panel.locator(`body[data-vscode-theme-kind="vscode-${theme}"]`)).toBeVisible();
    await expectPanelAccessible(vscode);
    await page.screenshot({ path: join(info.outputDir, `${theme}.png`) });
  }

  await panel.getByRole("link", { name: "Copy as Markdown" }).click();
  await expect(vscode.message(/The rehearsal is on the clipboard\./)).toBeVisible();

  // The command has VS Code save its tabs first, which a reload by the browser does not wait for.
  await Promise.all([page.waitForEvent("domcontentloaded"), vscode.runCommand("Developer: Reload Window")]);
  await expect(panel.getByRole("heading", { name: / · reload of api$/ })).toBeVisible({ timeout: 60_000 });
});

/**
 * In a page that has no script, axe-core waits for ever: it looks at a copy of what is drawn, with the theme's colours,
 * which VS Code writes into the page.
 */
async function expectPanelAccessible({ page }: VsCodeWindow): Promise<void> {
  const frame = page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  const html = await frame.locator("html").evaluate((root) => root.outerHTML);
  const copy = await page.context().newPage();
  await copy.setContent(html);
  await expectAccessible(copy);
  await copy.close();
}
