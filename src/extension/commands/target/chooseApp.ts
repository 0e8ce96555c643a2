import { type QuickPickItem, window } from "vscode";
import { HitlessError } from "../../../shared/errors.ts";
import type { WorkerView } from "../../../shared/snapshot.ts";
import { workerName } from "../../../shared/text/workerName.ts";
import type { AppSession } from "../../apps/appSession.ts";
import { type AppView, isActive, workerCounts } from "../../apps/appView.ts";
import { portWords, stateWord, workerWord } from "../../presentation/stateWords.ts";
import type { CommandContext } from "./commandContext.ts";
import type { CommandTarget } from "./commandTarget.ts";

export interface AppChoice {
  /** Apps the command makes sense for; if there are none, all are offered and the app itself says why not. */
  readonly suits: (app: AppView) => boolean;
  readonly placeHolder: string;
  /** It needs the app's files, and so can't be done to one on another machine. */
  readonly onlyHere?: boolean;
}

/**
 * The app of a command: the one it was called on, the only one, or the one the user picks.
 * @returns `undefined` if the user picked none.
 * @throws HitlessError `appNotFound`
 */
export async function chooseApp(
  { registry, machines, t }: CommandContext,
  { app: wanted }: CommandTarget,
  { suits, placeHolder, onlyHere = false }: AppChoice,
): Promise<AppSession | undefined> {
  const there = wanted === undefined ? undefined : machines.find(wanted);
  if (there !== undefined) {
    if (onlyHere) {
      throw new HitlessError("invalidState", t("{0} runs on another machine, where this can't be done.", there.name));
    }
    return there;
  }
  if (!registry.scanned) {
    await registry.refresh();
  }
  const { sessions } = registry;
  if (wanted !== undefined) {
    const session = sessions.find(({ key }) => key === wanted) ?? sessions.find(({ name }) => name === wanted);
    if (session === undefined) {
      throw new HitlessError("appNotFound", t("The app “{0}” no longer exists.", wanted));
    }
    return session;
  }
  const suitable = sessions.filter(({ view }) => suits(view));
  const candidates = suitable.length > 0 ? suitable : sessions;
  if (candidates.length === 0) {
    throw new HitlessError(
      "appNotFound",
      t("No app was found in this workspace. Name the file to run in the settings."),
      {
        remedy: "openSettings",
      },
    );
  }
  if (candidates.length === 1) {
    return candidates[0];
  }
  const items = candidates.map((session): QuickPickItem & { session: AppSession } => {
    const { view } = session;
    const { ready, desired } = workerCounts(view);
    const counts = isActive(view) && desired > 0 ? ` · ${ready}/${desired}` : "";
    return { label: view.name, description: `${stateWord(view.state, t)}${counts}`, detail: view.root, session };
  });
  return (await window.showQuickPick(items, { placeHolder, matchOnDetail: true }))?.session;
}

/**
 * The worker of a command: the one it was called on, the only one, or the one the user picks.
 * @returns `undefined` if the user picked none.
 * @throws HitlessError `workerNotFound`
 */
export async function chooseWorker(
  { t }: CommandContext,
  session: AppSession,
  { worker: wanted }: CommandTarget,
  choice: { readonly suits: (worker: WorkerView) => boolean; readonly placeHolder: string },
): Promise<number | undefined> {
  if (wanted !== undefined) {
    return wanted;
  }
  const workers = (session.view.snapshot?.workers ?? []).filter(choice.suits);
  if (workers.length === 0) {
    throw new HitlessError("workerNotFound", t("“{0}” no longer has this worker.", session.name));
  }
  const items = workers.map((worker) => ({
    label: workerName(worker, t),
    description: [workerWord(worker, t), t("pid {0}", worker.pid), ...portWords(worker.addresses)].join(" · "),
    id: worker.id,
  }));
  return (await window.showQuickPick(items, { placeHolder: choice.placeHolder }))?.id;
}
