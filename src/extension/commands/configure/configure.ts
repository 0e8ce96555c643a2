import { commands, workspace } from "vscode";
import { settingIds, settingsSection } from "../../ids.ts";

/** Opens the settings file that contains, or should contain, `hitless.apps`. */
export async function configure(): Promise<void> {
  const folder = workspace.workspaceFolders?.[0];
  const found = workspace.getConfiguration(settingsSection, folder?.uri).inspect(settingIds.apps);
  const isSet = found?.globalValue !== undefined;
  const inWorkspace = found?.workspaceFolderValue !== undefined || found?.workspaceValue !== undefined;
  const forUser = folder === undefined || (!inWorkspace && isSet);
  await commands.executeCommand(
    forUser ? "workbench.action.openSettingsJson" : "workbench.action.openWorkspaceSettingsFile",
    // Editing writes an empty setting, so only where there is none.
    { revealSetting: { key: `${settingsSection}.${settingIds.apps}`, edit: !inWorkspace && !isSet } },
  );
}
