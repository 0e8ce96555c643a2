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
  const { machine, cores } = session;
  const { desired } = workerCounts(session.view);
  const wrong =
    cores === undefined
      ? t("Enter a whole number from 1 to 1024.")
      : t("Enter a whole number from 1 to 1024, or “max”.");
  const written =
    typeof wanted === "number" || typeof wanted === "string"
      ? String(wanted)
      : await window.showInputBox({
          title: t("Scale {0}", session.name),
          prompt: promptFor(machine, cores, t),
          value: desired > 0 ? String(desired) : "",
          validateInput: (text) => (readWorkerCount(text, cores) === undefined ? wrong : undefined),
        });
  const workers = written === undefined ? undefined : readWorkerCount(written, cores);
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
        await session.requests.scale(workers);
      } finally {
        listening.dispose();
      }
    },
  );
}

function promptFor(machine: string | undefined, cores: number | undefined, t: CommandContext["t"]): string {
  if (machine === undefined) {
    return t("Number of workers, or “max” for one per CPU that this machine can use ({0})", cores ?? 1);
  }
  return cores === undefined
    ? t("Number of workers on {0}", machine)
    : t("Number of workers on {0}, or “max” for one per CPU that it can use ({1})", machine, cores);
}
