import { chooseApp } from "./target/chooseApp.ts";
import type { CommandContext } from "./target/commandContext.ts";
import type { CommandTarget } from "./target/commandTarget.ts";

/** Shows the output of an app or of one worker; for an app that never had any, Hitless's own events. */
export async function showLog(context: CommandContext, target: CommandTarget): Promise<void> {
  const { logs, channel, t } = context;
  const session = await chooseApp(context, target, {
    suits: ({ snapshot }) => snapshot !== undefined,
    placeHolder: t("Select the app whose log to show"),
  });
  if (session === undefined) {
    return;
  }
  if (session.client === undefined && !logs.has(session)) {
    channel.show();
    return;
  }
  logs.show(session, target.worker === undefined ? {} : { worker: target.worker });
}
