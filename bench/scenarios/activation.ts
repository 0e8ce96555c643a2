import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { openVsCode } from "../../test/browser/vsCodeWindow.ts";
import { launchChromium } from "../../test/support/chromium.ts";
import { createSampleApp } from "../../test/support/createSampleApp.ts";
import { projectRoot } from "../../test/support/paths.ts";
import { startWorkbench } from "../../test/support/workbench.ts";
import type { Scenario } from "../bench.ts";

/** The id of the extension, as VS Code's tables have it. */
const extension = "hitless.hitless";

/** How long VS Code is held up by the extension when a window opens, by VS Code's own clock. */
export const activation: Scenario = {
  name: "activation",
  async run(bench) {
    const rounds = bench.quick ? 3 : 5;
    const folder = mkdtempSync(join(tmpdir(), "hitless-bench-"));
    const workbench = await startWorkbench({ install: projectRoot });
    const browser = await launchChromium();
    const times: Times[] = [];
    try {
      const app = await createSampleApp(folder, "api");
      // The first window of a server finds neither a compiled extension nor the workbench in the browser's cache.
      for (let round = 0; round <= rounds; round += 1) {
        bench.say(`activation: window ${round} of ${rounds}`);
        const context = await browser.newContext({ viewport: { width: 1280, height: 1200 } });
        const page = await context.newPage();
        const vscode = await openVsCode(page, workbench.address({ open: app.folder }));
        await vscode.statusItem(/^Hitless, api/).waitFor();
        await vscode.runCommand("Developer: Startup Performance");
        times.push(await readTimes(page));
        await context.close();
      }
    } finally {
      await browser.close();
      await workbench.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
    const [first, ...others] = times;
    return {
      title: "Activation of the extension",
      about: `From VS Code's own table ("Developer: Startup Performance") in ${rounds} windows, one after the other, and in the one before them, the first after the start of the server. Goal: a median under 60 ms.`,
      columns: ["", "loading the code (ms)", "activate() (ms)", "both: median (all) (ms)"],
      rows: [
        ["later windows", median(others, "load"), median(others, "call"), all(others)],
        [
          "first window",
          median(first ? [first] : [], "load"),
          median(first ? [first] : [], "call"),
          all(first ? [first] : []),
        ],
      ],
    };
  },
};

interface Times {
  readonly load: number;
  readonly call: number;
}

/** Finds the row of the extension in the report, which is a text in an editor that draws only what is in sight. */
async function readTimes(page: Page): Promise<Times> {
  const lines = page.locator(".editor-instance .view-lines");
  await lines.getByText("System Info").first().waitFor();
  await lines.click();
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.press("ControlOrMeta+KeyF");
  const find = page.getByRole("textbox", { name: "Find", exact: true });
  await find.fill(extension);
  await find.press("Enter");
  const row = lines
    .locator(".view-line")
    .filter({ hasText: new RegExp(`^\\|\\s${extension}\\s`) })
    .first();
  const text = ((await row.textContent()) ?? "").replaceAll("\u00a0", " ");
  // Columns: extension, eager, load code, call activate, finish activate, event, by.
  const [, , , load, call] = text.split("|").map((cell) => cell.trim());
  if (!/^\d+$/.test(load ?? "") || !/^\d+$/.test(call ?? "")) {
    throw new Error(`VS Code's report has no times of ${extension} in the line: ${text}`);
  }
  return { load: Number(load), call: Number(call) };
}

function median(times: readonly Times[], which: keyof Times): string {
  return String(middle(times.map((time) => time[which])));
}

function all(times: readonly Times[]): string {
  const sums = times.map(({ load, call }) => load + call);
  return `${middle(sums)} (${sums.join(", ")})`;
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
