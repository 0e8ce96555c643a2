import { basename } from "node:path";
import { commands, workspace } from "vscode";
import { commandIds, settingIds, settingsSection } from "../../ids.ts";
import { notificationsSetting, readFolders } from "../../platform/settings.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { Notifier } from "../tell/notify.ts";

/** Says, once for a folder, that it has a pm2 file that could be imported; never where Hitless has its apps already. */
export async function offerPm2Import({ memory, t }: CommandContext, notifier: Notifier): Promise<void> {
  for (const { path } of readFolders()) {
    const key = `pm2Offered:${path}`;
    if (memory.get(key) !== undefined || notificationsSetting() === "none" || hasApps()) {
      continue;
    }
    const { findPm2File } = await import("../../../client/pm2/importPm2File.ts");
    const { readProjectApps } = await import("../../../client/settings/projectApps.ts");
    const file = await findPm2File(path);
    // Other programs have a process.json too.
    const isPm2 = file !== undefined && !basename(file).startsWith("process.");
    if (isPm2 && (await readProjectApps(path).catch(() => undefined)) === undefined) {
      memory.set(key, "yes");
      notifier.message("info", t("{0} holds apps of pm2, which Hitless can take over.", basename(file)), [
        { title: t("Show How"), run: () => commands.executeCommand(commandIds.importPm2) },
      ]);
    }
  }
}

function hasApps(): boolean {
  const apps = workspace.getConfiguration(settingsSection).get<unknown>(settingIds.apps);
  return Array.isArray(apps) && apps.length > 0;
}
