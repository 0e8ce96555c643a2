import { get } from "node:http";
import { expect, type Frame, type FrameLocator } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { type SampleApp, settingsFile } from "../support/sampleApp.ts";
import { test } from "./fixtures.ts";
import { untilLoaded, type VsCodeWindow } from "./vsCodeWindow.ts";

/** Spends its time in a loop of its own and in JSON, and reads a file now and then. */
const busyServer = `
const { readFileSync, readFile } = require("node:fs");
const { createServer } = require("node:http");
const version = readFileSync(__dirname + "/version.txt", "utf8").trim();
function burn(turns) {
  let sum = 0;
  for (let turn = 0; turn < turns; turn += 1) sum += Math.sqrt(turn) * Math.sin(turn);
  return sum;
}
createServer((request, response) => {
  burn(2e6);
  readFile(__filename, () => response.end(JSON.stringify({ pid: process.pid, version, worker: "1", generation: "1" })));
}).listen(Number(process.env.PORT));
`;

test("shows a running app's layers, samples it under load, and traces a call", async ({ vscode, app }) => {
  app.write("server.js", busyServer);
  await start(vscode);
  const panel = panelOf(vscode);
  await vscode.pickFromRowMenu(vscode.workerRows().first(), "Show Runtime Layers", (within) =>
    expect(panel.getByRole("heading", { name: "Runtime Layers" })).toBeVisible(within),
  );
  await expect(panel.getByText("live", { exact: true })).toBeVisible();
  await expect(panel.getByRole("region", { name: "Node.js API" })).toContainText(/v\d+\.\d+\.\d+/);
  await expect(panel.getByRole("region", { name: "Dependencies" })).toContainText("V8 heap");
  // The line grows with each pulse.
  await expect
    .poll(async () => (await panel.locator(".spark-line").first().getAttribute("points"))?.split(" ").length ?? 0)
    .toBeGreaterThan(2);

  const load = keepAsking(app);
  try {
    await panel.getByLabel("Length of the sample").selectOption("2");
    await panel.getByRole("button", { name: "Sample now" }).click();
    const meter = panel.getByRole("meter", { name: "CPU time: Your code" });
    await expect.poll(async () => Number(await meter.getAttribute("aria-valuenow"))).toBeGreaterThan(30);
  } finally {
    load.stop();
  }
  await panel.getByRole("button", { name: "Your code" }).click();
  const functions = panel.getByRole("table", { name: "Top functions" });
  const source = functions.getByRole("row", { name: /^burn / }).getByRole("button", { name: /^server\.js:\d+$/ });
  await expect(source).toBeVisible();
  const calls = panel.getByRole("tree", { name: "Call tree" }).getByRole("treeitem");
  await calls.first().focus();
  await vscode.page.keyboard.press("ArrowDown");
  await expect(calls.nth(1)).toBeFocused();
  await vscode.page.keyboard.press("ArrowLeft");
  await vscode.page.keyboard.press("ArrowLeft");
  await expect(calls.first()).toBeFocused();

  await panel.getByRole("combobox", { name: "Trace a call" }).fill("fs.readFile");
  await vscode.page.keyboard.press("Enter");
  await expect(panel.locator(".band[data-lit=step]")).toHaveCount(5);
  await expect(panel.locator(".band[data-layer=dependencies] .step")).toContainText("libuv");
  await expectAccessible(await frameOf(vscode));

  await source.click();
  await expect(vscode.page.getByRole("tab", { name: /^server\.js/ })).toBeVisible();
  await expect(vscode.statusItem(/^Ln 5, Col/)).toBeVisible();
});

test("is there again after it was hidden and after the window was reloaded, and follows a reload", async ({
  vscode,
  app,
}) => {
  // The window may need its time to come back.
  const settings: unknown = JSON.parse(app.read(settingsFile));
  app.write(settingsFile, JSON.stringify({ ...(settings as object), "hitless.gracePeriod": 60 }));
  await start(vscode);
  await vscode.runCommand("Hitless: Show Runtime Layers");
  const panel = panelOf(vscode);
  await panel.getByRole("button", { name: "dns.lookup" }).click();
  await panel.getByRole("button", { name: "Operating system" }).click();
  await expect(panel.getByText("CPUs it may use")).toBeVisible();

  // Another tab in front takes the page away.
  await vscode.runCommand("File: New Untitled Text File");
  await expect(vscode.page.locator("iframe.webview.ready")).toHaveCount(0);
  await vscode.page.getByRole("tab", { name: /^Runtime Layers/ }).click();
  await expect(panel.getByText("CPUs it may use")).toBeVisible();
  await expect(panel.getByRole("combobox", { name: "Trace a call" })).toHaveValue("dns.lookup");

  await vscode.runCommand("Developer: Reload Window");
  await expect(vscode.appRow("api")).toHaveCount(0);
  await untilLoaded(vscode.page);
  await expect(panel.getByText("live", { exact: true })).toBeVisible();
  await expect(panel.getByText("CPUs it may use")).toBeVisible();
  await expect(panel.getByRole("combobox", { name: "Trace a call" })).toHaveValue("dns.lookup");

  app.write("server.js", `require("node:zlib");\n${app.read("server.js")}`);
  await vscode.runCommand("Hitless: Reload");
  await expect(panel.getByText(/^Generation 2 has taken over/)).toBeVisible();
  await panel.getByRole("button", { name: "What changed?" }).click();
  await expect(panel.getByRole("region", { name: "What changed" })).toContainText(
    /worker \d · gen 1 against worker \d · gen 2/,
  );
  await expect(panel.getByRole("region", { name: "What changed" }).getByRole("row", { name: /Size/ })).toBeVisible();
});

async function start(vscode: VsCodeWindow): Promise<void> {
  await vscode.page.getByRole("button", { name: "Start", exact: true }).first().click();
  await expect(vscode.appRow("api")).toHaveAccessibleName(/^api, running, 2 of 2 workers ready/);
}

/** VS Code puts the page of a panel into a frame within a frame. */
function panelOf({ page }: VsCodeWindow): FrameLocator {
  return page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
}

async function frameOf(vscode: VsCodeWindow): Promise<Frame> {
  const handle = await panelOf(vscode).locator("html").elementHandle();
  const frame = await handle?.ownerFrame();
  if (frame === null || frame === undefined) {
    throw new Error("The panel is in no frame.");
  }
  return frame;
}

/** Four requests at a time, each over a connection of its own, so that both workers get their part. */
function keepAsking({ port }: SampleApp): { stop(): void } {
  let stopped = false;
  const ask = () => {
    if (!stopped) {
      const again = () => setImmediate(ask);
      get({ host: "127.0.0.1", port, agent: false }, (response) => response.resume().once("close", again)).once(
        "error",
        again,
      );
    }
  };
  for (let lane = 0; lane < 4; lane += 1) {
    ask();
  }
  return {
    stop() {
      stopped = true;
    },
  };
}
