import { expect } from "@playwright/test";
import { test } from "./fixtures.ts";
import { openVsCode } from "./vsCodeWindow.ts";

const windows = 5;

// Measured and told, not asserted: how long it takes depends on the machine and on what else it does meanwhile.
test("tells how long the activation takes", async ({ browser, server, app }, info) => {
  test.setTimeout(180_000);
  const times: number[] = [];
  for (let count = 0; count < windows; count += 1) {
    const page = await browser.newPage();
    const vscode = await openVsCode(page, server.workbench.address({ open: app.folder }));
    await expect(vscode.statusItem(/^Hitless, api/)).toBeVisible();
    await vscode.runCommand("Developer: Show Running Extensions");
    const row = page.locator(".runtime-extensions-editor .extension").filter({ hasText: "Hitless" });
    await expect(row).toContainText(/Activation: \d+ms/);
    times.push(Number(/Activation: (\d+)ms/.exec((await row.textContent()) ?? "")?.[1]));
    await page.close();
  }
  const [median] = [...times].sort((a, b) => a - b).slice(Math.floor(windows / 2));
  const description = `${times.join(", ")} ms; median ${median} ms`;
  info.annotations.push({ type: "activation", description });
  process.stdout.write(`Activation: ${description}\n`);
});
