import { env } from "vscode";
import { workerLabel } from "../../shared/text/workerName.ts";
import type { AppSession } from "../apps/appSession.ts";
import { findWorker, isActive, pausedWorker } from "../apps/appView.ts";
import { askFirst, lossWords } from "./target/askFirst.ts";
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
  if (session !== undefined && worker !== undefined && (await mayKill(context, session, worker))) {
    await session.requests.killWorker(worker);
  }
}

/** A worker that serves may be answering requests, which nobody counts; one that starts has none. */
async function mayKill(context: CommandContext, session: AppSession, id: number): Promise<boolean> {
  const { t } = context;
  const { view, name } = session;
  const worker = findWorker(view, id);
  if (worker === undefined || worker.state === "starting" || worker.drain?.requests === 0) {
    return true;
  }
  return askFirst(context, {
    name: "kill",
    text: t("Kill worker {0} of “{1}” (process {2})?", workerLabel(worker, t), name, worker.pid),
    detail: `${lossWords(worker, t)} ${t("Another worker takes its place. “Reload Worker” replaces it without a loss.")}`,
    action: t("Kill Worker"),
    session,
  });
}

/** Lets a worker go on that a debugger has stopped. */
export async function continueWorker(context: CommandContext, target: CommandTarget): Promise<void> {
  const { t } = context;
  const session = await chooseApp(context, target, {
    suits: (app) => pausedWorker(app) !== undefined,
    placeHolder: t("Select the app whose worker to continue"),
  });
  const worker =
    session &&
    (await chooseWorker(context, session, target, {
      suits: ({ paused }) => paused !== undefined,
      placeHolder: t("Select the worker to continue"),
    }));
  if (session !== undefined && worker !== undefined) {
    await session.requests.continueWorker(worker);
  }
}

/** Copies the process id of a worker. */
export async function copyPid({ apps }: CommandContext, { app, worker }: CommandTarget): Promise<void> {
  const view = app === undefined ? undefined : apps.find(app)?.view;
  const found = view && worker !== undefined ? findWorker(view, worker) : undefined;
  const pid = found?.pid ?? view?.snapshot?.supervisor.pid;
  if (pid !== undefined) {
    await env.clipboard.writeText(String(pid));
  }
}
