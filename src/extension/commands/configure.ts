import { commands, workspace } from "vscode";
import { settingIds, settingsSection } from "../ids.ts";

/** Opens the settings file in which `hitless.apps` is, or belongs. */
export async function configure(): Promise<void> {
  const folder = workspace.workspaceFolders?.[0];
  const found = workspace.getConfiguration(settingsSection, folder?.uri).inspect(settingIds.apps);
  const inWorkspace = found?.workspaceFolderValue !== undefined || found?.workspaceValue !== undefined;
  const forUser = folder === undefined || (!inWorkspace && found?.globalValue !== undefined);
  await commands.executeCommand(
    forUser ? "workbench.action.openSettingsJson" : "workbench.action.openWorkspaceSettingsFile",
    { revealSetting: { key: `${settingsSection}.${settingIds.apps}`, edit: true } },
  );
}
