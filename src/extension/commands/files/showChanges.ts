import { join } from "node:path";
import { commands, extensions, type QuickPickItem, Uri, window } from "vscode";
import type { StaleFile } from "../../../shared/snapshot.ts";
import type { Localize } from "../../platform/localize.ts";
import { chooseApp } from "../target/chooseApp.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";
import type { Notifier } from "../tell/notify.ts";

interface ChangeItem extends QuickPickItem {
  readonly change: StaleFile;
}

/** What is used of VS Code's git extension: https://github.com/microsoft/vscode/blob/main/extensions/git/src/api/git.d.ts */
interface GitExtension {
  getAPI(version: 1): { toGitUri(uri: Uri, ref: string): Uri };
}

/** Lists the files that differ from what runs, and shows the picked one beside the commit from which the app was started. */
export async function showChanges(context: CommandContext, target: CommandTarget, notifier: Notifier): Promise<void> {
  const { t } = context;
  const session = await chooseApp(context, target, {
    suits: ({ snapshot }) => (snapshot?.app.stale ?? 0) > 0,
    placeHolder: t("Select the app whose changed files to show"),
    onlyHere: true,
  });
  if (session === undefined) {
    return;
  }
  const { generation, commit, files } = await session.requests.lookForStale();
  if (files.length === 0) {
    notifier.message("info", t("What runs of “{0}” is what is on the disk.", session.name), []);
    return;
  }
  const items = files.map((change): ChangeItem => ({ label: change.file, description: changeWord(change, t), change }));
  const placeHolder = t("Files that differ from what generation {0} was started with", generation);
  const picked = await window.showQuickPick(items, { placeHolder, matchOnDescription: true });
  if (picked !== undefined) {
    const root = session.view.snapshot?.app.root ?? session.root;
    await open(Uri.file(join(root, picked.change.file)), picked.change, commit, t);
  }
}

async function open(uri: Uri, { file, change }: StaleFile, commit: string | undefined, t: Localize): Promise<void> {
  const before = commit === undefined ? undefined : await ofCommit(uri, commit);
  if (before === undefined || commit === undefined || change === "added") {
    await commands.executeCommand("vscode.open", uri);
    return;
  }
  const title = t("{0} (commit {1} ↔ now)", file, commit.slice(0, 10));
  await commands.executeCommand("vscode.diff", before, uri, title);
}

/** The file as a commit has it; `undefined` without VS Code's git extension. */
async function ofCommit(uri: Uri, commit: string): Promise<Uri | undefined> {
  const git = extensions.getExtension<GitExtension>("vscode.git");
  try {
    return (await git?.activate())?.getAPI(1).toGitUri(uri, commit);
  } catch {
    // It is switched off (git.enabled).
    return undefined;
  }
}

function changeWord({ change }: StaleFile, t: Localize): string {
  return { changed: t("changed"), added: t("added"), removed: t("removed") }[change];
}
