import { availableParallelism } from "node:os";
import { ProgressLocation, window } from "vscode";
import { isRenewable, workerCounts } from "../apps/appView.ts";
import { chooseApp } from "./target/chooseApp.ts";
import type { CommandContext } from "./target/commandContext.ts";
import type { CommandTarget } from "./target/commandTarget.ts";
import { readWorkerCount } from "./workerCount.ts";

/** Asks for a number of workers and waits until that many are ready. */
export async function scale(context: CommandContext, target: CommandTarget, wanted: unknown): Promise<void> {
  const { t } = context;
  const session = await chooseApp(context, target, {
    suits: isRenewable,
    placeHolder: t("Select the app to scale"),
  });
  if (session === undefined) {
    return;
  }
  const most = availableParallelism();
  const { desired } = workerCounts(session.view);
  const written =
    typeof wanted === "number" || typeof wanted === "string"
      ? String(wanted)
      : await window.showInputBox({
          title: t("Scale {0}", session.name),
          prompt: t("Number of workers, or “max” for one per CPU that this machine can use ({0})", most),
          value: desired > 0 ? String(desired) : "",
          validateInput: (text) =>
            readWorkerCount(text, most) === undefined ? t("Enter a whole number from 1 to 1024, or “max”.") : undefined,
        });
  const workers = written === undefined ? undefined : readWorkerCount(written, most);
  if (workers === undefined) {
    return;
  }
  await window.withProgress(
    { location: ProgressLocation.Notification, title: t("Scaling {0} to {1}", session.name, workers) },
    async (progress) => {
      const show = () => {
        const counts = workerCounts(session.view);
        progress.report({ message: t("{0}/{1} ready", counts.ready, workers) });
      };
      const listening = session.onDidChange(show);
      try {
        await session.scale(workers);
      } finally {
        listening.dispose();
      }
    },
  );
}
