import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { findProgram } from "../../test/support/programs.ts";

/** VS Code's own command `code`, if it is on PATH and is a program that can be run without a shell. */
export function findDesktopCode(): string | null {
  const found = findProgram(["code", "code-insiders", "codium"]);
  if (found === null || process.platform !== "win32") {
    return found;
  }
  // On Windows `bin\code.cmd` is a script for a shell; the program lies one folder up.
  const program = ["Code.exe", "Code - Insiders.exe", "VSCodium.exe"]
    .map((name) => join(found, "..", "..", name))
    .find((path) => existsSync(path));
  return program ?? null;
}

/** Whether a window would be seen by anybody. */
export function hasDesktop(): boolean {
  if (process.env.CI !== undefined) {
    return false;
  }
  const display = process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY ?? "";
  return process.platform !== "linux" || display !== "";
}

/** The program that opens an address in the person's browser, with its first arguments; null when there is none. */
function browserOpener(): { readonly program: string; readonly args: readonly string[] } | null {
  if (!hasDesktop()) {
    return null;
  }
  if (process.platform === "win32") {
    return { program: "rundll32.exe", args: ["url.dll,FileProtocolHandler"] };
  }
  const program = findProgram([process.platform === "darwin" ? "open" : "xdg-open"]);
  return program === null ? null : { program, args: [] };
}

/** Opens an address in the person's browser; false when there is none. */
export function showInBrowser(address: string): boolean {
  const opener = browserOpener();
  if (opener !== null) {
    spawn(opener.program, [...opener.args, address], { stdio: "ignore", detached: true })
      .on("error", () => process.stdout.write("The browser could not be opened.\n"))
      .unref();
  }
  return opener !== null;
}
