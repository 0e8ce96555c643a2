import { ensureChromium } from "../support/chromium.ts";
import { ensureCodeServer } from "../support/codeServer.ts";

/** Playwright calls this once, before any worker of it reads the configuration. */
// biome-ignore lint/style/noDefaultExport: Playwright asks for one
export default async function prepareBrowser(): Promise<void> {
  await ensureChromium();
  await ensureCodeServer();
}
