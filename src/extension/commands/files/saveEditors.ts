import { type TextDocument, workspace } from "vscode";
import { HitlessError } from "../../../shared/errors.ts";
import type { AppSession } from "../../apps/appSession.ts";
import type { Localize } from "../../platform/localize.ts";
import { isInside } from "../../platform/paths.ts";
import { saveBeforeReloadSetting } from "../../platform/settings.ts";

/**
 * Saves what a renewal is to run, as VS Code's debugger does before it starts a program: the app's unsaved editors, or all of
 * them, as `hitless.saveBeforeReload` says.
 * @throws HitlessError `invalidState` when an editor can't be saved: what runs then would not be what is on the screen.
 */
export async function saveEditors({ root, definition }: AppSession, t: Localize): Promise<void> {
  const which = saveBeforeReloadSetting();
  const roots = [root, ...(definition === undefined ? [] : [definition.base, definition.realRoot])];
  const concerns = ({ uri }: TextDocument): boolean =>
    which === "all" || roots.some((folder) => isInside(folder, uri.fsPath));
  const unsaved =
    which === "never"
      ? []
      : workspace.textDocuments.filter(
          (document) => document.isDirty && document.uri.scheme === "file" && concerns(document),
        );
  for (const document of unsaved) {
    if (!(await document.save())) {
      const name = workspace.asRelativePath(document.uri);
      throw new HitlessError("invalidState", t("“{0}” could not be saved, so nothing was reloaded.", name));
    }
  }
}
