import { rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { TextEncoder } from "node:util";
import { commands, Uri, window, workspace } from "vscode";
import type { CpuSample } from "../../../shared/layers/sample.ts";
import { workerName } from "../../../shared/text/workerName.ts";
import type { Localize } from "../../platform/localize.ts";

/** A worker, and what to say about it. */
export interface SavedOf {
  /** Name of the app. */
  readonly app: string;
  readonly worker: CpuSample["worker"];
  readonly t: Localize;
}

/** Asks where, saves a profile there and shows it. @returns What to tell; `undefined` if nothing was chosen. */
export async function saveProfile(profile: string, { app, worker, t }: SavedOf): Promise<string | undefined> {
  const target = await askWhere(`${app}-worker-${worker.id}.cpuprofile`, { [t("CPU profile")]: ["cpuprofile"] });
  if (target === undefined) {
    return undefined;
  }
  await workspace.fs.writeFile(target, new TextEncoder().encode(profile));
  await commands.executeCommand("vscode.open", target);
  return t("Saved as {0}.", basename(target.fsPath));
}

/**
 * Says what it costs, asks where, and has the worker write a snapshot of its heap there.
 * @param write Has it written into a file that does not exist; resolves with how many milliseconds it took.
 * @returns What to tell; `undefined` if it was not wanted.
 */
export async function saveHeapSnapshot(
  write: (file: string) => Promise<number>,
  { app, worker, t }: SavedOf,
): Promise<string | undefined> {
  const go = t("Write Snapshot …");
  const detail = t(
    "The worker answers nothing meanwhile, about a second for 50 MB of heap, and needs as much memory again: near its limit it may be killed for that. The file holds all that the app has in memory, passwords and tokens too.",
  );
  const question = t("Write a snapshot of the heap of {0}?", workerName(worker, t));
  if ((await window.showWarningMessage(question, { modal: true, detail }, go)) !== go) {
    return undefined;
  }
  const target = await askWhere(`${app}-worker-${worker.id}.heapsnapshot`, { [t("Heap snapshot")]: ["heapsnapshot"] });
  if (target === undefined) {
    return undefined;
  }
  // What is there is replaced only by a whole one.
  const part = `${target.fsPath}.${Date.now()}.part`;
  try {
    const ms = await write(part);
    await rename(part, target.fsPath);
    return t("Saved as {0}; the worker did nothing else for {1} s.", basename(target.fsPath), (ms / 1_000).toFixed(1));
  } finally {
    await rm(part, { force: true });
  }
}

async function askWhere(name: string, filters: Record<string, string[]>): Promise<Uri | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file(homedir());
  const defaultUri = Uri.file(join(folder.fsPath, name.replace(/[^\w.-]+/g, "-")));
  return await window.showSaveDialog({ defaultUri, filters });
}
