import { env } from "vscode";
import { findWorker, isActive } from "../apps/appView.ts";
import { chooseApp, chooseWorker } from "./target/chooseApp.ts";
import type { CommandContext } from "./target/commandContext.ts";
import type { CommandTarget } from "./target/commandTarget.ts";

/** Kills the process tree of one worker at once; a new one takes its place. */
export async function killWorker(context: CommandContext, target: CommandTarget): Promise<void> {
  const { t } = context;
  const session = await chooseApp(context, target, {
    suits: isActive,
    placeHolder: t("Select the app whose worker to kill"),
  });
  const worker =
    session &&
    (await chooseWorker(context, session, target, {
      suits: () => true,
      placeHolder: t("Select the worker to kill. Its requests are lost."),
    }));
  if (session !== undefined && worker !== undefined) {
    await session.killWorker(worker);
  }
}

/** Copies the process id of a worker. */
export async function copyPid({ registry }: CommandContext, { app, worker }: CommandTarget): Promise<void> {
  const view = registry.apps.find(({ key }) => key === app);
  const found = view && worker !== undefined ? findWorker(view, worker) : undefined;
  const pid = found?.pid ?? view?.snapshot?.supervisor.pid;
  if (pid !== undefined) {
    await env.clipboard.writeText(String(pid));
  }
}
