// Stands in for the program of desktop VS Code: takes the same flags for a test run, starts the embedded workbench and a
// headless browser, and ends with the exit code of the suite. For `runTests` of @vscode/test-electron.
import process from "node:process";
import { format, parseArgs } from "node:util";
import { launchChromium } from "./chromium.ts";
import { startWorkbench } from "./workbench.ts";

const suiteDeadlineMs = 300_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  // VS Code has many more flags, such as --no-sandbox, that mean nothing here.
  strict: false,
  options: {
    extensionDevelopmentPath: { type: "string" },
    extensionTestsPath: { type: "string" },
    "user-data-dir": { type: "string" },
    "extensions-dir": { type: "string" },
  },
});
const { extensionDevelopmentPath: extension, extensionTestsPath: tests } = values;
const [open] = positionals;
if (typeof extension !== "string" || typeof tests !== "string" || open === undefined) {
  throw new Error("Needs --extensionDevelopmentPath=, --extensionTestsPath= and a folder or workspace.");
}

const workbench = await startWorkbench({ testDriver: true });
const browser = await launchChromium();
let code: number;
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const ended = new Promise<number>((resolve, reject) => {
    setTimeout(() => reject(new Error(`The suite was not done after ${suiteDeadlineMs} ms`)), suiteDeadlineMs);
    void page.exposeFunction("codeAutomationExit", resolve);
    page.once("crash", () => reject(new Error("The page of the workbench crashed")));
  });
  await page.exposeFunction("codeAutomationLog", showLine);
  await page.goto(workbench.address({ open, suite: { extension, tests } }), { timeout: 60_000 });
  code = await ended;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${workbench.log()}\n`);
  code = 1;
} finally {
  await browser.close();
  await workbench.stop();
}
process.exit(code);

/** The workbench says a lot of its own here. Mocha's lines are told from it by their colours, which the suite turns on. */
function showLine(_type: string, args: unknown[]): void {
  const text = format(...args);
  if (text.includes("\u001b[")) {
    process.stdout.write(`${text}\n`);
  }
}
