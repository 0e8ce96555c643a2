import { access } from "node:fs/promises";
import { join, relative } from "node:path";
import { relative as relativeThere } from "node:path/posix";
import { workspace } from "vscode";
import type { AppSession } from "../apps/appSession.ts";
import type { AppsEverywhere } from "../apps/machines/appsEverywhere.ts";

/** Where the files of an app on another machine are: there, and here, if they are. */
export interface PlaceThere {
  readonly root: string;
  /** The folder here that holds the same; absent: the debugger shows the files as the worker has them. */
  readonly localRoot?: string;
}

/**
 * Looks for the folder here in which the breakpoints of an app on another machine are set: that of the app of the same name,
 * else a folder of the workspace, in which there is a file in the place of the app's entry.
 */
export async function placeThere(app: AppSession, { sessions }: Pick<AppsEverywhere, "sessions">): Promise<PlaceThere> {
  const { root, view } = app;
  const { there, snapshot } = view;
  const named = sessions.filter(({ machine, name }) => machine === undefined && name === there?.app);
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
  const candidates = [...named.map((session) => session.root), ...folders.map(({ uri }) => uri.fsPath)];
  const entry = snapshot === undefined ? "" : relativeThere(root, snapshot.app.entry);
  for (const folder of entry === "" || entry.startsWith("..") ? [] : candidates) {
    const file = join(folder, entry);
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (exists && !relative(folder, file).startsWith("..")) {
      return { root, localRoot: folder };
    }
  }
  return { root };
}
