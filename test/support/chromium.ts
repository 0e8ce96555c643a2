import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "@playwright/test";
import { findProgram } from "./programs.ts";
import { ensureSystem, programNeed } from "./systemPackages.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];

/** A Chromium-like browser of the system, or the one that Playwright keeps; null when there is none. */
export function findChromium(): string | null {
  const own = chromium.executablePath();
  return findProgram([...names, ...usualPlaces()]) ?? (existsSync(own) ? own : null);
}

function usualPlaces(): string[] {
  if (process.platform === "darwin") {
    return ["Google Chrome", "Chromium", "Microsoft Edge"].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (process.platform === "win32") {
    const roots = [process.env.ProgramFiles, process.env["ProgramFiles(x86)"], process.env.LOCALAPPDATA];
    return roots
      .filter((root) => root !== undefined)
      .flatMap((root) => [
        join(root, "Google", "Chrome", "Application", "chrome.exe"),
        join(root, "Microsoft", "Edge", "Application", "msedge.exe"),
      ]);
  }
  return [];
}

/** Finds a Chromium; on Debian as root it installs one when there is none. */
export async function ensureChromium(): Promise<string> {
  await ensureSystem([programNeed("chromium", () => findChromium() !== null)], "Driving VS Code in a browser");
  const path = findChromium();
  if (path === null) {
    throw new Error("No Chromium was found.");
  }
  return path;
}

/** Flags that keep Chromium quiet and able to run as root in a container. */
export const chromiumArgs = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: await ensureChromium(), args: chromiumArgs, timeout: 60_000 });
}
