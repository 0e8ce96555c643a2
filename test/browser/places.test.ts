import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "@playwright/test";
import { createSampleApp } from "../support/createSampleApp.ts";
import { packageExtension } from "../support/packageExtension.ts";
import { freePort } from "../support/process/freePort.ts";
import { attachLogs, startServer, test } from "./fixtures.ts";
import { openVsCode } from "./vsCodeWindow.ts";

test("runs nothing in a workspace that is not trusted, and says why", async ({ page, app }, info) => {
  test.setTimeout(120_000);
  const server = await startServer({ trusted: false });
  try {
    const vscode = await openVsCode(page, server.workbench.address({ open: app.folder }));
    await vscode.openView();
    await expect(page.getByText(/This workspace is not trusted\. Starting an app runs its code/)).toBeVisible();
    await expect(page.getByRole("button", { name: "Manage Workspace Trust" })).toBeVisible();
    await expect(vscode.appRow("api")).toHaveCount(0);

    await vscode.runCommand("Hitless: Start");
    await expect(vscode.message(/runs nothing in a workspace that is not trusted/)).toBeVisible();
    await expect(app.ask()).rejects.toThrow("ECONNREFUSED");
  } finally {
    await attachLogs(info, server);
    await server.stop();
  }
});

test("works as it is packaged", async ({ page, app, folder }, info) => {
  test.setTimeout(180_000);
  const vsix = join(folder, "hitless.vsix");
  expect(await packageExtension(vsix)).toBeLessThan(2_050_000);
  const server = await startServer({ install: vsix });
  try {
    const vscode = await openVsCode(page, server.workbench.address({ open: app.folder }));
    await vscode.openView();
    await page.getByRole("button", { name: "Start", exact: true }).first().click();
    await expect(vscode.appRow("api")).toHaveAccessibleName(/^api, running, 2 of 2 workers ready/);
    expect((await app.ask()).generation).toBe("1");
    const stopped = page.getByText("Your app is stopped.");
    await vscode.pickFromRowMenu(vscode.appRow("api"), "Stop", (within) => expect(stopped).toBeVisible(within));
  } finally {
    await attachLogs(info, server);
    await server.stop();
  }
});

test("asks for a folder when none is open", async ({ page, server }) => {
  const vscode = await openVsCode(page, server.workbench.address({}));
  await vscode.openView();
  await expect(page.getByText(/Open the folder of a Node\.js server/)).toBeVisible();
});

test("says what it looked for in a folder without an app, and starts one that comes", async ({
  page,
  server,
  folder,
}) => {
  const model = await createSampleApp(folder, "model");
  const later = join(folder, "later");
  mkdirSync(later);
  const vscode = await openVsCode(page, server.workbench.address({ open: later }));
  await vscode.openView();
  await expect(page.getByText(/No Node\.js app was found here/)).toBeVisible();

  cpSync(join(model.folder, "version.txt"), join(later, "version.txt"));
  writeFileSync(join(later, "server.js"), model.read("server.js").replace("process.env.PORT", `"${model.port}"`));
  await page.getByRole("button", { name: "Start", exact: true }).first().click();
  await expect(vscode.appRow("later")).toHaveAccessibleName(/^later, running/);
  expect((await model.ask()).version).toBe("1");

  // What runs without settings is what they begin with.
  await vscode.runCommand("Hitless: Configure Apps…");
  await expect(page.locator(".monaco-editor .view-lines").last()).toContainText(/"entry":\s"server\.js"/);
  await page.close();
  await server.endApps();
});

test("offers a browser on the rows of apps that have an address, and on no other", async ({ page, server, folder }) => {
  const { folder: root, port, write } = await createSampleApp(folder, "two");
  write("quiet.js", "setInterval(() => {}, 1_000);\n");
  const apps = [
    { name: "web", entry: "server.js", env: { PORT: String(port) } },
    { name: "quiet", entry: "quiet.js", readyTimeout: 600_000 },
  ];
  write(".vscode/settings.json", JSON.stringify({ "hitless.apps": apps }));
  const vscode = await openVsCode(page, server.workbench.address({ open: root }));
  await vscode.openView();
  for (const { name } of apps) {
    await vscode.pressRowButton(vscode.appRow(name), "Start");
    // Its workers get rows of their own, which move the rows below.
    await expect(vscode.workerRows()).not.toHaveCount(0);
  }
  await expect(vscode.appRow("web")).toHaveAccessibleName(/^web, running/);
  await expect(vscode.appRow("quiet")).toHaveAccessibleName(/^quiet, starting/);

  for (const [name, count] of [
    ["web", 1],
    ["quiet", 0],
  ] as const) {
    await expect(async () => {
      await vscode.appRow(name).click({ button: "right", timeout: 5_000 });
      await expect(page.getByRole("menuitem", { name: "Graceful Reload" })).toBeVisible({ timeout: 2_000 });
      await expect(page.getByRole("menuitem", { name: "Open in Browser" })).toHaveCount(count, { timeout: 1_000 });
      await page.keyboard.press("Escape");
    }).toPass({ timeout: 30_000 });
  }
  await page.close();
  await server.endApps();
});

test("lists the packages of a monorepo, starts and reloads all, and runs a file of the explorer", async ({
  page,
  server,
  folder,
}) => {
  const root = join(folder, "mono");
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const listens = async () => `require("node:http").createServer((_, r) => r.end("ok")).listen(${await freePort()});\n`;
  write("package.json", JSON.stringify({ private: true, workspaces: ["apps/*"] }));
  for (const name of ["api", "web"]) {
    write(`apps/${name}/package.json`, JSON.stringify({ name, scripts: { start: "node server.js" } }));
    write(`apps/${name}/server.js`, await listens());
  }
  write("tool.js", await listens());
  const vscode = await openVsCode(page, server.workbench.address({ open: root }));
  await vscode.openView();
  await expect(vscode.appRow("api")).toContainText("stopped · server.js");
  await vscode.runCommand("Hitless: Start All");
  for (const name of ["api", "web"]) {
    await expect(vscode.appRow(name)).toHaveAccessibleName(/running, 2 of 2 workers ready/);
  }
  await expect(vscode.statusItem(/^Hitless, 2 apps, running/)).toContainText("2 apps · 4/4 workers");
  await vscode.runCommand("Hitless: Reload All");
  for (const name of ["api", "web"]) {
    await expect(vscode.appRow(name)).toContainText("gen 2");
  }

  await page.getByRole("tab", { name: /^Explorer/ }).click();
  const file = page.getByRole("treeitem", { name: "tool.js" });
  await vscode.pickFromRowMenu(file, "Run with Hitless", async (within) => {
    await expect(vscode.statusItem(/^Hitless, 3 apps/)).toBeVisible(within);
  });
  await vscode.openView();
  await expect(vscode.appRow("tool")).toHaveAccessibleName(/running, 2 of 2 workers ready/);
  await vscode.runCommand("Hitless: Stop All");
  await expect(vscode.statusItem(/^Hitless, 3 apps, stopped/)).toBeVisible();
  await page.close();
  await server.endApps();
});
