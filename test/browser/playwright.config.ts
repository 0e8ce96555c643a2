import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { chromiumArgs, findChromium } from "../support/chromium.ts";
import { resultsFolder } from "../support/paths.ts";

const executablePath = findChromium();

// Playwright takes its configuration as a default export only.
// biome-ignore lint/style/noDefaultExport: see above
export default defineConfig({
  testDir: ".",
  testMatch: "*.test.ts",
  globalSetup: "./prepareBrowser.ts",
  // One VS Code serves all tests, one after the other: two cores carry no more.
  workers: 1,
  forbidOnly: true,
  retries: 1,
  timeout: 90_000,
  globalTimeout: 720_000,
  expect: { timeout: 20_000 },
  outputDir: join(resultsFolder, "browser"),
  reporter: [["list"], ["json", { outputFile: join(resultsFolder, "browser.json") }]],
  use: {
    viewport: { width: 1280, height: 800 },
    actionTimeout: 20_000,
    navigationTimeout: 60_000,
    screenshot: "only-on-failure",
    trace: "off",
    launchOptions: { args: [...chromiumArgs], ...(executablePath === null ? {} : { executablePath }) },
  },
});
