import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import type { Lab } from "../../test/support/lab/lab.ts";
import { projectRoot } from "../../test/support/paths.ts";
import { startWorkbench, type Workbench } from "../../test/support/workbench.ts";

/**
 * Starts a VS Code on the lab's project. It runs on this system, where a browser reaches it; its `ssh` is that of the laptop,
 * which alone reaches the machines.
 * @param enter A program that runs another on a host of the lab.
 */
export function startLabWorkbench({ folder }: Lab, enter: string, token: string): Promise<Workbench> {
  const bin = join(folder, "vscode-bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "ssh"), `#!/bin/sh\nexec '${enter}' laptop ssh "$@"\n`);
  chmodSync(join(bin, "ssh"), 0o755);
  return startWorkbench({
    dataFolder: join(folder, "vscode"),
    install: projectRoot,
    token,
    env: { PATH: [bin, process.env.PATH].join(delimiter), HITLESS_RUNTIME_DIR: runtimeFolder(folder) },
  });
}

/** None of this person's own apps is shown. */
function runtimeFolder(folder: string): string {
  const runtime = join(folder, "run");
  mkdirSync(runtime, { recursive: true, mode: 0o700 });
  return runtime;
}
