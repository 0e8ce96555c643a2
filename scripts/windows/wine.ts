import { spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { projectRoot } from "../../test/support/paths.ts";
import { findProgram, run } from "../../test/support/programs.ts";
import { ensureSystem, programNeed } from "../../test/support/systemPackages.ts";

/** On a machine that is full, making a Windows takes minutes. */
const programDeadlineMs = 600_000;

/** A Windows of its own, which `close` ends and removes. */
export interface Wine {
  /** Such as `8.0`. */
  readonly version: string;
  readonly program: string;
  /** For what is started: `node` is the command line's and the apps' Node.js, a path of this system. */
  environment(node: string): NodeJS.ProcessEnv;
  /** The path there of one of this system: its drive Z: is the root of this one. */
  path(path: string): string;
  /** Ends what runs there. */
  end(): void;
  /** Ends it, and removes it. */
  close(): void;
}

/** Installs Wine where it is missing, and makes a Windows 10. */
export async function openWine(): Promise<Wine> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("npm run test:windows needs Windows, or Linux on x64, where Wine runs programs for Windows.");
  }
  const there = () => findProgram(["wine"]) !== null && findProgram(["/usr/lib/wine/wine64", "wine64"]) !== null;
  await ensureSystem([programNeed("wine64", there), programNeed("wine", there)], "npm run test:windows");
  const prefix = realpathSync(mkdtempSync(join(tmpdir(), "hitless-wine-")));
  const env = { ...process.env, WINEPREFIX: prefix, WINEDEBUG: "-all", NODE_SKIP_PLATFORM_CHECK: "1", DISPLAY: "" };
  const end = (): void => {
    spawnSync("wineserver", ["-k"], { env, timeout: programDeadlineMs });
  };
  const close = (): void => {
    end();
    rmSync(prefix, { recursive: true, force: true, maxRetries: 20 });
  };
  try {
    const { output } = await run("wine", ["--version"], { env, deadlineMs: programDeadlineMs });
    const version = /wine-(\d+\.\d+)/.exec(output)?.[1] ?? output.trim();
    process.stdout.write(`Making a Windows with Wine ${version} …\n`);
    for (const [program, ...args] of [
      ["wineboot", "-i"],
      ["winecfg", "-v", "win10"],
    ] as const) {
      const { code, output: said } = await run(program, args, { env, deadlineMs: programDeadlineMs });
      if (code !== 0) {
        throw new Error(`${program} ended with ${code ?? "its deadline"}: ${said.trimEnd()}`);
      }
    }
    // Wine 8 makes no links of Windows, but follows those of Linux: apps in its temporary folder find the packages above it.
    symlinkSync(join(projectRoot, "node_modules"), join(prefix, "drive_c", "node_modules"));
    const path = (unix: string): string => `Z:${unix.replaceAll("/", "\\")}`;
    return {
      version,
      program: "wine",
      environment: (node) => ({
        ...env,
        HITLESS_WINE: version,
        HITLESS_TEST_NODE: path(node),
        WINEPATH: path(dirname(node)),
      }),
      path,
      end,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
