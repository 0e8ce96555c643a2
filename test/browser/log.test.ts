import { expect } from "@playwright/test";
import { test } from "./fixtures.ts";

test("shows what each worker prints, and on a worker only that", async ({ vscode, app }) => {
  app.write("server.js", `${app.read("server.js")}\nconsole.log("hello from slot " + process.env.HITLESS_WORKER);\n`);
  await vscode.page.getByRole("button", { name: "Start", exact: true }).first().click();
  await expect(vscode.appRow("api")).toHaveAccessibleName(/2 of 2 workers ready/);
  await vscode.runCommand("Hitless: Show Log");
  const terminal = vscode.page.locator(".terminal-wrapper.active .xterm-rows");
  await expect(terminal).toContainText("hello from slot 1");
  await expect(terminal).toContainText("hello from slot 2");

  await vscode.pickFromRowMenu(vscode.workerRows().first(), "Show Log", (within) =>
    expect(terminal).not.toContainText("hello from slot 2", within),
  );
  await expect(terminal).toContainText("hello from slot 1");
  await expect(terminal).not.toContainText("hello from slot 2");
});
