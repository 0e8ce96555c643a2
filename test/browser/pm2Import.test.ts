import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { test } from "./fixtures.ts";
import { openVsCode } from "./vsCodeWindow.ts";

test("offers to take a pm2 file over, shows what hitless.json would be, and writes it", async ({
  page,
  server,
  app,
}) => {
  writeFileSync(
    join(app.folder, "ecosystem.config.js"),
    `module.exports = { apps: [{ name: "from-pm2", script: "server.js", instances: 2, max_size: "5M" }, { name: "other", script: "server.js" },
      { name: "py", script: "python" }] };`,
  );
  // Where the settings name apps, nothing is offered.
  rmSync(join(app.folder, ".vscode"), { recursive: true });
  const vscode = await openVsCode(page, server.workbench.address({ open: app.folder }));
  await vscode.openView();
  await expect(vscode.message(/ecosystem\.config\.js holds apps of pm2/)).toBeVisible();
  await page.getByRole("button", { name: "Show How" }).click();
  await expect(vscode.message(/Not in it, since Hitless can't start them: py\./)).toBeVisible();
  await expect(page.getByRole("tab", { name: /hitless\.json with the apps of ecosystem\.config\.js/ })).toBeVisible();
  await page.getByRole("button", { name: "Write It" }).click();
  await expect(vscode.appRow("from-pm2")).toBeVisible();
  expect(JSON.parse(readFileSync(join(app.folder, "hitless.json"), "utf8"))).toMatchObject({
    apps: { "from-pm2": { entry: "server.js", workers: 2 } },
  });
});
