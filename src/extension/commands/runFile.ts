import { basename, extname, relative, resolve, sep } from "node:path";
import { ConfigurationTarget, Uri, window, workspace } from "vscode";
import { HitlessError } from "../../shared/errors.ts";
import type { AppSession } from "../apps/appSession.ts";
import { rememberEntry } from "../apps/entryChoice.ts";
import { settingIds, settingsSection } from "../ids.ts";
import { isInside, samePath } from "../platform/paths.ts";
import { start } from "./startStop.ts";
import type { CommandContext } from "./target/commandContext.ts";

/**
 * Runs a file of the explorer as an app: the one whose entry it is; else the app of its package, which then has it as its
 * entry; else a new one, which is written to the settings so that it is there again tomorrow.
 */
export async function runFile(context: CommandContext, argument: unknown): Promise<void> {
  const { registry, memory, t } = context;
  const uri = argument instanceof Uri ? argument : window.activeTextEditor?.document.uri;
  const folder = uri && workspace.getWorkspaceFolder(uri);
  if (uri?.scheme !== "file" || folder === undefined) {
    throw new HitlessError("entryNotFound", t("Select a file of this workspace to run."), { remedy: "none" });
  }
  await registry.refresh();
  const file = uri.fsPath;
  const session = registry.sessions.find((each) => runs(each, file)) ?? nearest(registry.sessions, file);
  if (session?.definition !== undefined) {
    const { definition } = session;
    if (definition.config.entry === undefined && !runs(session, file)) {
      rememberEntry(definition, memory, relative(definition.base, file).split(sep).join("/"));
    }
    await start(context, { app: session.key });
    return;
  }
  const name = await addToSettings(folder.uri, file, new Set(registry.sessions.map((each) => each.name)));
  await registry.refresh();
  await start(context, { app: name });
}

function runs({ definition, view }: AppSession, file: string): boolean {
  const written = definition?.config.entry;
  const entry = written === undefined ? undefined : resolve(definition?.base ?? "", written);
  return [entry, view.snapshot?.app.entry].some((path) => path !== undefined && samePath(path, file));
}

/** The app without a written entry in whose folder the file lies, the innermost one. */
function nearest(sessions: readonly AppSession[], file: string): AppSession | undefined {
  return sessions
    .filter(({ definition }) => definition?.config.entry === undefined && isInside(definition?.base ?? file, file))
    .filter(({ definition }) => definition !== undefined && definition.problem === undefined)
    .sort((a, b) => (b.definition?.base.length ?? 0) - (a.definition?.base.length ?? 0))[0];
}

/** Resolves with the name of the new app. */
async function addToSettings(folder: Uri, file: string, taken: ReadonlySet<string>): Promise<string> {
  const section = workspace.getConfiguration(settingsSection, folder);
  const several = (workspace.workspaceFolders ?? []).length > 1;
  const found = section.inspect<unknown[]>(settingIds.apps);
  const written = (several ? found?.workspaceFolderValue : found?.workspaceValue) ?? [];
  const stem = basename(file, extname(file)).replace(/[^\p{L}\p{N}._-]/gu, "-");
  let name = stem;
  for (let count = 2; taken.has(name); count += 1) {
    name = `${stem}-${count}`;
  }
  const entry = relative(folder.fsPath, file).split(sep).join("/");
  const target = several ? ConfigurationTarget.WorkspaceFolder : ConfigurationTarget.Workspace;
  await section.update(settingIds.apps, [...written, { name, entry }], target);
  return name;
}
