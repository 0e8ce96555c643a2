import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { expect, type Page } from "@playwright/test";
import { poll } from "../support/process/until.ts";
import { test } from "./fixtures.ts";
import { openVsCode } from "./vsCodeWindow.ts";

/** How often the language server is started again before a person is asked, and once more. */
const crashes = 5;

test("reads a file that is open without a folder, and keeps the rest to itself", async ({ page, server, folder }) => {
  const file = join(folder, "lone.js");
  writeFileSync(file, 'import { readFile } from "node:fs";\nreadFile("page.html", () => {});\n');
  const vscode = await openVsCode(page, server.workbench.address({ file }));
  await untilHoverTells(page);
  await page.keyboard.press("Escape");

  await expect(vscode.statusItem(/^Hitless/)).toHaveCount(0);
  await expect(page.locator(".notification-toast")).toHaveCount(0);
  await vscode.openView();
  await expect(page.getByText(/Open the folder of a Node\.js server/)).toBeVisible();
});

test("says when its server crashes again and again, and starts it when asked", async ({ page, server, folder }) => {
  test.skip(process.platform !== "linux", "The server's process is found in /proc.");
  const file = join(folder, "crashing.js");
  writeFileSync(file, 'import { readFile } from "node:fs";\nreadFile("page.html", () => {});\n');
  const vscode = await openVsCode(page, server.workbench.address({ file }));
  await untilHoverTells(page);

  const killed = new Set<number>();
  for (let crash = 0; crash < crashes; crash += 1) {
    let alive: number[] = [];
    // The windows of earlier tests take some seconds to end.
    await poll("just one new language server runs", () => {
      alive = languageServers(server.runtimeFolder);
      return alive.length === 1 && !killed.has(alive[0] ?? 0);
    });
    for (const pid of alive) {
      process.kill(pid, "SIGKILL");
      killed.add(pid);
    }
  }
  const message = vscode.message(/The language server of Hitless crashed 5 times within 3 minutes/);
  await expect(message).toBeVisible();
  await expect(page.locator(".notification-toast")).toHaveCount(1);
  await message.getByRole("button", { name: "Show Log" }).click();
  await expect(page.getByRole("tab", { name: /^Output/, selected: true })).toBeVisible();
  await message.getByRole("button", { name: "Start Again" }).click();
  await expect(message).toHaveCount(0);
  await untilHoverTells(page);
});

/** Asks for the hover of `readFile` in the second line until the language server answers. */
async function untilHoverTells(page: Page): Promise<void> {
  const line = page.locator(".view-line").filter({ hasText: "page.html" });
  const hover = page.locator(".monaco-hover:not(.hidden)").filter({ hasText: "fs.readFile" });
  await expect(async () => {
    await page.keyboard.press("Escape");
    // Until the line is coloured, its middle is another word.
    await line.getByText("readFile", { exact: true }).click({ timeout: 2_000 });
    await page.keyboard.press("ControlOrMeta+K");
    await page.keyboard.press("ControlOrMeta+I");
    await expect(hover).toContainText("libuv", { timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  await page.keyboard.press("Escape");
}

/** The processes of language servers that belong to a VS Code server, told by its runtime folder. */
function languageServers(runtimeFolder: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const isServer = readFileSync(`/proc/${name}/cmdline`, "utf8").includes("server.cjs");
        return isServer && readFileSync(`/proc/${name}/environ`, "utf8").includes(runtimeFolder);
      } catch {
        // It has just ended.
        return false;
      }
    })
    .map(Number);
}
