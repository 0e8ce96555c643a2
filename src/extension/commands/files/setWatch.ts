import type { AppView } from "../../apps/appView.ts";
import { isWatched } from "../../apps/appView.ts";
import { chooseApp } from "../target/chooseApp.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";
import type { Notifier } from "../tell/notify.ts";

/** Switches the watching of an app's files on or off, until the app is started anew. */
export async function setWatch(
  context: CommandContext,
  target: CommandTarget,
  on: boolean,
  notifier: Notifier,
): Promise<void> {
  const { t } = context;
  const suits = (app: AppView) => app.snapshot !== undefined && isWatched(app) !== on;
  const placeHolder = on
    ? t("Select the app to reload whenever its files are saved")
    : t("Select the app whose files to watch no more");
  const session = await chooseApp(context, target, { suits, placeHolder, onlyHere: true });
  const { state, problem = "" } = (await session?.requests.watch(on)) ?? {};
  if (state === "failed" && session !== undefined) {
    notifier.message("error", t("The files of “{0}” are not watched: {1}", session.name, problem), []);
  }
}
