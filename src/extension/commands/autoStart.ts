import { isActive } from "../apps/appView.ts";
import type { CommandContext } from "./target/commandContext.ts";
import type { Notifier } from "./tell/notify.ts";

/** Starts the apps that are to start with the workspace and are not running yet, once a window. */
export async function autoStart({ registry }: CommandContext, notifier: Notifier): Promise<void> {
  const wanted = registry.sessions.filter(({ definition, view, client }) => {
    return definition?.config.autoStart === true && client === undefined && !isActive(view);
  });
  await Promise.all(
    wanted.map((session) =>
      session.start().catch((error: unknown) => notifier.error(error, { target: { app: session.key } })),
    ),
  );
}
