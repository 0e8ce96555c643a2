import { execFileSync } from "node:child_process";
import { get } from "node:http";
import { expect } from "@playwright/test";
import type { SampleApp } from "../support/sampleApp.ts";
import { settingsFile } from "../support/sampleApp.ts";
import { test } from "./fixtures.ts";
import type { VsCodeWindow } from "./vsCodeWindow.ts";

const allReady = /^api, running, 2 of 2 workers ready/;

async function start(vscode: VsCodeWindow): Promise<void> {
  await vscode.page.getByRole("button", { name: "Start", exact: true }).first().click();
  await expect(vscode.appRow("api")).toHaveAccessibleName(allReady);
}

/** Begins a request; resolves with how it ended. */
function ask(app: SampleApp, path: string): Promise<"answered" | "cut"> {
  return new Promise((resolve) => {
    get({ host: "127.0.0.1", port: app.port, path, agent: false }, (response) => {
      response.resume().once("end", () => resolve("answered"));
    }).once("error", () => resolve("cut"));
  });
}

test("shows a draining worker, waits longer, cuts it, and says what was lost", async ({ vscode, app }, info) => {
  await start(vscode);
  const slow = ask(app, "/slow/60000");
  await vscode.runCommand("Hitless: Reload");
  const draining = vscode.workerRows().filter({ hasText: /1 request · / });
  await expect(draining).toHaveCount(1);
  await expect(draining).toContainText(/\b(2\d|30) ?s left/);
  await info.attach("draining", { body: await vscode.page.screenshot(), contentType: "image/png" });
  // The row is drawn anew every few seconds, which can take the button away under the pointer.
  await expect(async () => {
    await vscode.pressRowButton(draining, "Wait Longer");
    await expect(draining).toContainText(/\b[3-9]\d ?s left|\d ?m/, { timeout: 3_000 });
  }).toPass({ timeout: 20_000 });

  const dialog = vscode.page.getByRole("dialog", { name: /Close worker \d · gen 1 of “api” now/ });
  await vscode.pickFromRowMenu(draining, "Close Now", (within) => expect(dialog).toBeVisible(within));
  await expect(dialog).toContainText("1 request is cut off.");
  await dialog.getByRole("button", { name: "Close Now", exact: true }).click();
  await expect(draining).toHaveCount(0);
  expect(await slow).toBe("cut");
  const message = vscode.message(/generation 2 runs.*1 request cut(?! · \d+ connection)/);
  await expect(message).toBeVisible();
  await info.attach("cut", { body: await vscode.page.screenshot(), contentType: "image/png" });
  await message.getByRole("button", { name: "Show Report" }).click();
  await expect(vscode.markdown().getByText("/slow/60000")).toBeVisible();
  await info.attach("report", { body: await vscode.page.screenshot(), contentType: "image/png" });
});

test("lists the renewals, and goes back to the previous generation of the same files", async ({
  vscode,
  app,
}, info) => {
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...args], { cwd: app.folder });
  app.write(".gitignore", ".vscode\n");
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "one");
  await start(vscode);
  await vscode.runCommand("Hitless: Reload");
  const history = vscode.page.getByRole("treeitem", { name: /^Reload history, 1/ });
  await history.click();
  await expect(vscode.page.getByRole("treeitem", { name: /^Reload.*completed/ })).toBeVisible();
  await vscode.runCommand("Hitless: Reload with Previous Settings");
  await expect(vscode.page.getByRole("treeitem", { name: /^Reload history, 2/ })).toBeVisible();
  await info.attach("renewals", { body: await vscode.page.screenshot(), contentType: "image/png" });

  app.write("version.txt", "2\n");
  git("commit", "--quiet", "--all", "--message", "two");
  await vscode.runCommand("Hitless: Reload with Previous Settings");
  await expect(vscode.message(/can't be started again: its files have changed/)).toBeVisible();
  await info.attach("refused", { body: await vscode.page.screenshot(), contentType: "image/png" });
});

test("says where a worker is stuck, and opens it", async ({ vscode, app }, info) => {
  const settings = JSON.parse(app.read(settingsFile)) as { "hitless.apps": [Record<string, unknown>] };
  settings["hitless.apps"][0].unresponsiveAfter = 1_000;
  app.write(settingsFile, JSON.stringify(settings));
  const code = app.read("server.js");
  const spin = '    case "spin":\n      spinFor(12_000);\n      response.end();\n      break;\n    case "slow":';
  const spinFor = "function spinFor(ms) {\n  const end = Date.now() + ms;\n  while (Date.now() < end);\n}\n";
  app.write("server.js", code.replace('    case "slow":', spin) + spinFor);
  await start(vscode);
  void ask(app, "/spin");
  // Where it is stuck is known a moment after that it is.
  const stuck = vscode.page.getByRole("treeitem", { name: /^worker \d+, unresponsive, stuck at server\.js:\d+/ });
  await expect(stuck).toHaveCount(1);
  await info.attach("stuck", { body: await vscode.page.screenshot(), contentType: "image/png" });
  await stuck.click();
  await expect(vscode.page.getByRole("tab", { name: /^server\.js/ })).toBeVisible();
  await expect(vscode.page.locator(".monaco-editor").getByText("while (Date.now() < end);")).toBeVisible();
  await info.attach("opened", { body: await vscode.page.screenshot(), contentType: "image/png" });
});
