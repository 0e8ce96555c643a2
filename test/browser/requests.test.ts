import { get } from "node:http";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { test } from "./fixtures.ts";

const server = `const { createServer } = require("node:http");

createServer((request, response) => {
  if (request.url === "/wait") return;
  response.writeHead(request.url === "/" ? 200 : 500).end();
}).listen(process.env.PORT);
`;

test("shows what hangs and what fails, and a click leads to the code, or says that it is not known", async ({
  app,
  vscode,
}, info) => {
  app.write("server.js", server);
  const { page } = vscode;
  await page.getByRole("button", { name: "Start", exact: true }).first().click();
  await expect(vscode.appRow("api")).toHaveAccessibleName(/^api, running, 2 of 2/);
  await page.getByRole("button", { name: "Requests Section" }).click();
  await expect(page.getByRole("treeitem", { name: "In flight, 0" })).toBeVisible();

  const hanging = get({ port: app.port, path: "/wait", agent: false }).on("error", () => undefined);
  get({ port: app.port, path: "/nowhere", agent: false }, (response) => response.resume());
  const failed = page.getByRole("treeitem", { name: /^GET \/nowhere, .*500/ });
  // It has stood among those in flight: a row is clicked once no other comes or goes.
  await expect(failed).toBeVisible();
  await page.getByRole("treeitem", { name: /^GET \/wait, / }).click();
  await expect(page.getByRole("tab", { name: /^server\.js/ })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Ln 4, Col \d+ \(\d+ selected\)/ })).toBeVisible();

  await failed.click();
  await expect(vscode.message(/It is not known which code of “api” answers GET \/nowhere\./)).toBeVisible();
  await page.screenshot({ path: join(info.outputDir, "requests.png") });
  hanging.destroy();
});
