import { commands, Uri, window } from "vscode";
import { HitlessError } from "../../../shared/errors.ts";
import type { AppSession } from "../../apps/appSession.ts";
import { chooseApp } from "../target/chooseApp.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";

/** Opens the file to which the output of an app is written now. */
export async function openLogFile(context: CommandContext, target: CommandTarget): Promise<void> {
  const { t } = context;
  const session = await chooseApp(context, target, {
    suits: (view) => view.snapshot?.app.logs !== undefined,
    placeHolder: t("Select the app whose log file to open"),
    onlyHere: true,
  });
  if (session === undefined) {
    return;
  }
  const files = logFilesOf(session);
  if (files.length === 0) {
    throw new HitlessError("invalidState", t("The app writes no log files; logs.file says where."), {
      remedy: "openSettings",
    });
  }
  const file = files.length === 1 ? files[0] : await window.showQuickPick(files);
  if (file !== undefined) {
    // Not as a document of the extension's, which may be of 50 MB only.
    await commands.executeCommand("vscode.open", Uri.file(file));
  }
}

function logFilesOf({ view }: AppSession): string[] {
  const { file, errorFile } = view.snapshot?.app.logs ?? {};
  return [file, errorFile].filter((path) => path !== undefined);
}
