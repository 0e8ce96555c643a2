import { expect } from "@playwright/test";
import { poll } from "../support/process/until.ts";
import { onlySupervisor } from "../support/supervisors.ts";
import { test } from "./fixtures.ts";
import { untilLoaded, type VsCodeWindow } from "./vsCodeWindow.ts";

const allReady = /^api, running, 2 of 2 workers ready/;

async function startFromWelcome(vscode: VsCodeWindow): Promise<void> {
  await vscode.page.getByRole("button", { name: "Start", exact: true }).first().click();
  await expect(vscode.appRow("api")).toHaveAccessibleName(allReady);
}

/** Names of the worker rows, which hold their pids. */
async function workers(vscode: VsCodeWindow): Promise<string[]> {
  await expect(vscode.workerRows()).toHaveCount(2);
  return vscode.workerRows().evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label") ?? ""));
}

/** Waits until all rows are of other workers than those. */
async function untilReplaced(vscode: VsCodeWindow, before: readonly string[], count: number): Promise<void> {
  await expect
    .poll(
      async () => (await workers(vscode)).filter((name) => !before.includes(name) && name.includes(", ready,")).length,
    )
    .toBe(count);
}

test("starts from the welcome view and stops from the row", async ({ vscode, app }) => {
  await expect(vscode.page.getByText("Your app is stopped.")).toBeVisible();
  await startFromWelcome(vscode);
  expect((await app.ask()).generation).toBe("1");
  expect(await workers(vscode)).toEqual([
    expect.stringMatching(/^worker 1, ready/),
    expect.stringMatching(/^worker 2, ready/),
  ]);

  const stopped = vscode.page.getByText("Your app is stopped.");
  await vscode.pickFromRowMenu(vscode.appRow("api"), "Stop", (within) => expect(stopped).toBeVisible(within));
  await expect(app.ask()).rejects.toThrow("ECONNREFUSED");
});

test("reloads an app and one worker from their rows", async ({ vscode, app }) => {
  await startFromWelcome(vscode);
  const first = await workers(vscode);
  app.write("version.txt", "2\n");
  await vscode.pressRowButton(vscode.appRow("api"), "Reload");
  await untilReplaced(vscode, first, 2);
  expect((await app.ask()).version).toBe("2");

  const second = await workers(vscode);
  await vscode.pressRowButton(vscode.workerRows().first(), "Reload Worker");
  await untilReplaced(vscode, second, 1);
});

test("asks before it kills a worker, and replaces it", async ({ vscode }) => {
  await startFromWelcome(vscode);
  const before = await workers(vscode);
  const dialog = vscode.page.getByRole("dialog", { name: /Kill worker 1 · gen 1 of “api”/ });
  await vscode.pickFromRowMenu(vscode.workerRows().first(), "Kill Worker", (within) =>
    expect(dialog).toBeVisible(within),
  );
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(await workers(vscode)).toEqual(before);
  await vscode.pickFromRowMenu(vscode.workerRows().first(), "Kill Worker", (within) =>
    expect(dialog).toBeVisible(within),
  );
  await dialog.getByRole("button", { name: "Kill Worker", exact: true }).click();
  await untilReplaced(vscode, before, 1);
  await expect(vscode.appRow("api")).toHaveAccessibleName(allReady);
});

test("restarts from the row's menu, says that it makes a gap, and reloads from the status bar", async ({
  vscode,
  app,
}) => {
  await startFromWelcome(vscode);
  const first = await workers(vscode);
  const gap = vscode.message(/clients were refused for up to \d+ ms/);
  await vscode.pickFromRowMenu(vscode.appRow("api"), "Restart (with a Gap)", (within) =>
    expect(gap).toBeVisible(within),
  );
  await untilReplaced(vscode, first, 2);

  // The report is rendered: a heading, and no mark of Markdown before it.
  await gap.getByRole("button", { name: "Show Report" }).click();
  await expect(vscode.markdown().getByRole("heading", { name: /^api: Restart · 1 → 2 — completed$/ })).toBeVisible();

  const second = await workers(vscode);
  await expect(vscode.statusItem(/^Hitless, api, running, 2 of 2 workers ready/)).toBeVisible();
  await vscode.statusItem(/^Hitless: Reload/).click();
  await untilReplaced(vscode, second, 2);
  // What went well is told by the status bar and the tree alone.
  await expect(vscode.message(/generation 3 runs/)).toHaveCount(0);
  expect((await app.ask()).worker).toMatch(/^[12]$/);
});

test("renews from the palette and from the menu of the status bar", async ({ vscode }) => {
  await startFromWelcome(vscode);
  const first = await workers(vscode);
  await vscode.runCommand("Hitless: Graceful Reload");
  await untilReplaced(vscode, first, 2);

  const second = await workers(vscode);
  await vscode.statusItem(/^Hitless, api, running/).click();
  await vscode.page
    .getByRole("option", { name: /\bReload\b.*no request is lost/ })
    .first()
    .click();
  await untilReplaced(vscode, second, 2);
});

test("shows the reason when a new build is broken, keeps the old one serving, and tries again", async ({
  vscode,
  app,
}) => {
  await startFromWelcome(vscode);
  const good = app.read("server.js");
  app.write("server.js", "throw new Error('a broken build');\n");
  await vscode.runCommand("Hitless: Reload");
  const message = vscode.message(/a broken build/);
  await expect(message).toBeVisible();
  await expect(message).toContainText("server.js:1");
  await expect(message.getByRole("button", { name: "Show Log" })).toBeVisible();
  expect(await app.ask()).toMatchObject({ version: "1", generation: "1" });
  // The row says so until the next good reload, and what failed has a row of its own, which leads to the line.
  await expect(vscode.appRow("api")).toHaveAccessibleName(/^api, running, 2 of 2 workers ready, reload rolled back/);
  const failed = vscode.page.getByRole("treeitem", { name: /^Reload rolled back, Error: a broken build/ });
  await expect(failed).toContainText("server.js:1 · Error: a broken build");
  // The row moves up when the worker that failed has gone, perhaps just under the pointer.
  await expect(vscode.workerRows()).toHaveCount(2);
  await expect(async () => {
    await failed.click();
    await expect(vscode.page.getByRole("tab", { name: /^server\.js/ })).toBeVisible({ timeout: 3_000 });
  }).toPass();

  app.write("server.js", good);
  app.write("version.txt", "2\n");
  await message.getByRole("button", { name: "Retry" }).click();
  await poll("the new version answers", async () => (await app.ask()).version === "2");
  await expect(vscode.appRow("api")).toHaveAccessibleName(/^api, running, 2 of 2 workers ready, :/);
  await expect(failed).toHaveCount(0);
});

test("shows a crash: once in a message, in the row, and with its stderr", async ({ vscode, app }) => {
  await startFromWelcome(vscode);
  for (const count of [1, 2]) {
    await fetch(`http://127.0.0.1:${app.port}/throw`).catch(() => undefined);
    const crashes = count === 1 ? "1 crash" : "2 crashes";
    await expect(vscode.appRow("api")).toHaveAccessibleName(new RegExp(`2 of 2 workers ready, .*${crashes}`));
  }
  const message = vscode.message(/A worker of “api” crashed: Error: thrown by the app \(server\.js:\d+\)/);
  await expect(message).toHaveCount(1);
  const row = vscode.page.getByRole("treeitem", { name: /^Last crash of 2, Error: thrown by the app/ });
  await row.locator(".monaco-tl-twistie").click();
  await expect(vscode.page.getByRole("treeitem", { name: /at Immediate|at .*server\.js:\d+/ }).first()).toBeVisible();
  await message.getByRole("button", { name: "Open File" }).click();
  await expect(vscode.page.getByRole("tab", { name: /^server\.js/ })).toBeVisible();
});

test("finds the app again after the window was reloaded", async ({ vscode, app, server }) => {
  await startFromWelcome(vscode);
  const supervisor = (await onlySupervisor(server.runtimeFolder)).pid;
  const before = await workers(vscode);
  await vscode.runCommand("Developer: Reload Window");
  await expect(vscode.appRow("api")).toHaveCount(0);
  // VS Code opens the view again by itself.
  await untilLoaded(vscode.page);
  await expect(vscode.appRow("api")).toHaveAccessibleName(allReady);
  expect(await workers(vscode)).toEqual(before);
  expect((await onlySupervisor(server.runtimeFolder)).pid).toBe(supervisor);
  expect((await app.ask()).generation).toBe("1");
});
