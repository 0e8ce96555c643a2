import { existsSync } from "node:fs";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { findProgram, type RunResult, run } from "./programs.ts";
import { tellWhileWaiting } from "./tellWhileWaiting.ts";

/** Another apt may take so long, in milliseconds. */
const lockDeadlineMs = 300_000;
const lockRetryMs = 2_000;

/** Something the system must have, the Debian package that brings it, and how to see whether it is there. */
interface SystemNeed {
  readonly debianPackage: string;
  readonly isPresent: () => boolean;
}

/** What npm needs to compile the native modules of the embedded workbench. */
export const compilerNeeds: readonly SystemNeed[] = [
  { debianPackage: "python3", isPresent: () => findProgram(["python3", "python"]) !== null },
  { debianPackage: "make", isPresent: () => findProgram(["make", "gmake"]) !== null },
  { debianPackage: "g++", isPresent: () => findProgram(["g++", "c++", "clang++"]) !== null },
  { debianPackage: "pkg-config", isPresent: () => findProgram(["pkg-config"]) !== null },
  {
    debianPackage: "libkrb5-dev",
    isPresent: () => process.platform === "darwin" || existsSync("/usr/include/gssapi/gssapi.h"),
  },
];

export function programNeed(debianPackage: string, isPresent: () => boolean): SystemNeed {
  return { debianPackage, isPresent };
}

/**
 * Makes sure that the system has what is needed. As root on a Debian-like system it installs what is missing.
 * @throws Error that names every missing package, where it can't be installed from here.
 */
export async function ensureSystem(needs: readonly SystemNeed[], purpose: string): Promise<void> {
  const missing = missingPackages(needs);
  if (missing.length === 0) {
    return;
  }
  const aptGet = process.platform === "linux" ? findProgram(["apt-get"]) : null;
  const advice = `${purpose} needs ${missing.join(", ")}`;
  if (aptGet === null) {
    throw new Error(`${advice} (names of the Debian packages). Install what your system calls them, then try again.`);
  }
  if (process.getuid?.() !== 0) {
    throw new Error(`${advice}. Install with: sudo apt-get install ${missing.join(" ")}`);
  }
  process.stdout.write(`Installing system packages: ${missing.join(" ")} …\n`);
  const result = await tellWhileWaiting("installing system packages", async () => {
    await runAptGet(aptGet, ["update", "-qq"], 120_000);
    return runAptGet(aptGet, ["install", "-y", "-qq", "--no-install-recommends", ...missing], 300_000);
  });
  const left = missingPackages(needs);
  if (left.length > 0) {
    const tail = result.output.trimEnd().split("\n").slice(-10).join("\n");
    throw new Error(`${purpose} needs ${left.join(", ")}, and apt-get could not install them:\n${tail}`);
  }
}

/**
 * Waits for another apt that holds a lock, as a fresh machine's unattended upgrades do. apt-get itself waits for that of
 * dpkg only, not for that of its lists.
 * @param deadlineMs For the work, without the wait.
 */
async function runAptGet(aptGet: string, args: readonly string[], deadlineMs: number): Promise<RunResult> {
  // In a container without systemd, services that come with a package are not started at this level.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C", RUNLEVEL: "1" };
  const patient = ["-o", `DPkg::Lock::Timeout=${lockDeadlineMs / 1_000}`, ...args];
  const until = performance.now() + lockDeadlineMs;
  for (;;) {
    const result = await run(aptGet, patient, { deadlineMs: deadlineMs + lockDeadlineMs, env });
    if (result.code === 0 || !/Could not get lock|Unable to lock/.test(result.output) || performance.now() > until) {
      return result;
    }
    await delay(lockRetryMs);
  }
}

function missingPackages(needs: readonly SystemNeed[]): string[] {
  return needs.filter((need) => !need.isPresent()).map((need) => need.debianPackage);
}
