import { realpathSync } from "node:fs";
import { ConfigurationTarget, workspace } from "vscode";
import { settingIds, settingsSection } from "../ids.ts";

/** One folder of the workspace that is on this machine's disk, with its value of the setting `hitless.apps`. */
export interface WorkspaceFolderSetting {
  readonly name: string;
  /** Absolute; `realPath` without symbolic links. */
  readonly path: string;
  readonly realPath: string;
  readonly apps: unknown;
  /** Whether it is the value of the whole workspace or the user and not of this folder. */
  readonly inherited: boolean;
}

/** None while the workspace is not trusted. */
export function readFolders(): WorkspaceFolderSetting[] {
  const folders = workspace.isTrusted ? (workspace.workspaceFolders ?? []) : [];
  return folders
    .filter(({ uri }) => uri.scheme === "file")
    .map(({ name, uri }) => {
      const section = workspace.getConfiguration(settingsSection, uri);
      return {
        name,
        path: uri.fsPath,
        realPath: withoutLinks(uri.fsPath),
        apps: section.get<unknown>(settingIds.apps),
        inherited: section.inspect(settingIds.apps)?.workspaceFolderValue === undefined,
      };
    });
}

function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Path of the Node.js program for apps that set none; `undefined` when the setting is empty. */
export function nodeSetting(): string | undefined {
  const path = setting<string>(settingIds.node);
  return typeof path === "string" && path.trim() !== "" ? path.trim() : undefined;
}

/** Writes `hitless.node` where it already has a value, else to the user settings: it is a path of this machine. */
export async function writeNodeSetting(path: string | undefined, wanted?: ConfigurationTarget): Promise<void> {
  const section = workspace.getConfiguration(settingsSection);
  const inWorkspace = section.inspect(settingIds.node)?.workspaceValue !== undefined;
  const target = inWorkspace ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
  await section.update(settingIds.node, path, wanted ?? target);
}

/** Milliseconds an app keeps running after the window closed; `undefined`: the default. */
export function graceSetting(): number | undefined {
  const seconds = setting<number>(settingIds.gracePeriod);
  return typeof seconds === "number" && seconds >= 0 ? Math.round(seconds * 1000) : undefined;
}

export type Notifications = "all" | "problems" | "none";

/** Which outcomes and crashes are told in a message. */
export function notificationsSetting(): Notifications {
  const which = setting<string>(settingIds.notifications);
  return which === "all" || which === "none" ? which : "problems";
}

export type RevealLog = "onStart" | "onFailure" | "never";

/** When the log opens by itself. */
export function revealLogSetting(): RevealLog {
  const when = setting<string>(settingIds.revealLog);
  return when === "onFailure" || when === "never" ? when : "onStart";
}

export type SaveBeforeReload = "app" | "all" | "never";

/** Which unsaved editors are saved before an app is renewed. */
export function saveBeforeReloadSetting(): SaveBeforeReload {
  const which = setting<string>(settingIds.saveBeforeReload);
  return which === "all" || which === "never" ? which : "app";
}

export function timestampsSetting(): boolean {
  return setting<boolean>(settingIds.logTimestamps) === true;
}

/** Whether JavaScript and TypeScript files get hovers, lenses and diagnostics. */
export function languageSetting(): boolean {
  return setting<boolean>(settingIds.language) !== false;
}

function setting<Value>(id: string): Value | undefined {
  return workspace.getConfiguration(settingsSection).get<Value>(id);
}
