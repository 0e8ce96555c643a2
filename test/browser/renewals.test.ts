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

  await vscode.pressRowButton(vscode.appRow("api"), "Stop");
  await expect(vscode.page.getByText("Your app is stopped.")).toBeVisible();
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

test("replaces a worker that is killed from its row", async ({ vscode }) => {
  await startFromWelcome(vscode);
  const before = await workers(vscode);
  await vscode.pressRowButton(vscode.workerRows().first(), "Kill Worker");
  await untilReplaced(vscode, before, 1);
  await expect(vscode.appRow("api")).toHaveAccessibleName(allReady);
});

test("restarts from the row and from the status bar", async ({ vscode, app }) => {
  await startFromWelcome(vscode);
  const first = await workers(vscode);
  await vscode.pressRowButton(vscode.appRow("api"), "Restart");
  await untilReplaced(vscode, first, 2);

  const second = await workers(vscode);
  await expect(vscode.statusItem(/^Hitless, api, running, 2 of 2 workers ready/)).toBeVisible();
  await vscode.statusItem(/^Hitless: Restart/).click();
  await untilReplaced(vscode, second, 2);
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
  await expect(message.getByRole("button", { name: "Show Log" })).toBeVisible();
  expect(await app.ask()).toMatchObject({ version: "1", generation: "1" });
  await expect(vscode.appRow("api")).toHaveAccessibleName(allReady);

  app.write("server.js", good);
  app.write("version.txt", "2\n");
  await message.getByRole("button", { name: "Retry" }).click();
  await poll("the new version answers", async () => (await app.ask()).version === "2");
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
