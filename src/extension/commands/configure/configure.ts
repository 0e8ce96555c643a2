import { relative, sep } from "node:path";
import { ConfigurationTarget, commands, Uri, workspace } from "vscode";
import type { EntryCandidate } from "../../../client/recipe/entries.ts";
import type { AppDefinition } from "../../apps/appDefinition.ts";
import { chosenEntry } from "../../apps/entryChoice.ts";
import { settingIds, settingsSection } from "../../ids.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";

/**
 * Opens the settings file that contains `hitless.apps`. Where there is none yet, it is written first, with the apps as
 * they run without it, so that there is something to change.
 */
export async function configure({ registry, memory }: CommandContext, { app }: CommandTarget): Promise<void> {
  const definition = app === undefined ? undefined : registry.find(app)?.definition;
  const { workspaceFolders = [] } = workspace;
  const folder = workspaceFolders.find(({ uri }) => uri.fsPath === definition?.folder.path) ?? workspaceFolders[0];
  const section = workspace.getConfiguration(settingsSection, folder?.uri);
  const found = section.inspect<unknown[]>(settingIds.apps);
  const inFolder = found?.workspaceFolderValue !== undefined;
  const inWorkspace = inFolder || found?.workspaceValue !== undefined;
  const isEmpty = !inWorkspace && (found?.globalValue ?? []).length === 0;
  if (folder !== undefined && isEmpty && workspace.isTrusted) {
    if (!registry.scanned) {
      await registry.refresh();
    }
    const definitions = registry.sessions.flatMap((session) => session.definition ?? []);
    const written = definitions
      .filter(({ folder: { path }, config }) => path === folder.uri.fsPath && config.name === undefined)
      .map((each) => asWritten(each, memory));
    const several = workspaceFolders.length > 1;
    const target = several ? ConfigurationTarget.WorkspaceFolder : ConfigurationTarget.Workspace;
    await section.update(settingIds.apps, written.length > 0 ? written : [firstApp], target);
    const revealSetting = { key: `${settingsSection}.${settingIds.apps}` };
    await commands.executeCommand(
      several ? "workbench.action.openFolderSettingsFile" : "workbench.action.openWorkspaceSettingsFile",
      several ? Uri.parse(folder.uri.toString()) : { revealSetting },
    );
    return;
  }
  const forUser = folder === undefined || (!inWorkspace && found?.globalValue !== undefined);
  await commands.executeCommand(
    forUser ? "workbench.action.openSettingsJson" : "workbench.action.openWorkspaceSettingsFile",
    { revealSetting: { key: `${settingsSection}.${settingIds.apps}`, edit: false } },
  );
}

/** What an app is started with while no setting says so; of a script only the file that it runs is no setting. */
function asWritten(definition: AppDefinition, memory: CommandContext["memory"]): Readonly<Record<string, unknown>> {
  const { name, base, folder, entries } = definition;
  const cwd = relative(folder.path, base).split(sep).join("/");
  const [best] = entries;
  const chosen = chosenEntry(definition, memory);
  // What a script says besides its file holds only as long as no entry is written.
  const says = chosen === undefined && best !== undefined && saysMore(best);
  const entry = chosen ?? best?.entry ?? firstApp.entry;
  return { name, ...(cwd !== "" && { cwd }), ...(!says && { entry }), workers: firstApp.workers };
}

function saysMore({ nodeArgs, args, env, envFiles, cwd }: EntryCandidate): boolean {
  return nodeArgs.length + args.length + envFiles.length + Object.keys(env).length > 0 || cwd !== undefined;
}

const firstApp = { name: "api", entry: "server.js", workers: 2 };
