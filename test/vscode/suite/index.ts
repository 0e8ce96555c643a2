import { readdirSync } from "node:fs";
import { join } from "node:path";

/** VS Code calls this in the extension host, once it is up. */
export async function run(): Promise<void> {
  const { default: Mocha } = await import("mocha");
  const mocha = new Mocha({
    timeout: 60_000,
    forbidOnly: true,
    color: true,
    reporter: process.env.HITLESS_TEST_REPORTER ?? "spec",
    reporterOptions: { output: process.env.HITLESS_TEST_REPORT },
  });
  for (const file of readdirSync(__dirname).filter((name) => name.endsWith(".test.cjs"))) {
    mocha.addFile(join(__dirname, file));
  }
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve);
  });
  if (failures > 0) {
    throw new Error(`${failures} tests failed.`);
  }
}
