import { ProgressLocation, window } from "vscode";
import type { RenewalReport } from "../../shared/report.ts";
import type { RenewalKind } from "../../shared/snapshot.ts";
import type { AppSession } from "../apps/appSession.ts";
import { isRenewable } from "../apps/appView.ts";
import type { Localize } from "../platform/localize.ts";
import { renewalProgress } from "../presentation/renewalProgress.ts";
import { chooseApp, chooseWorker } from "./target/chooseApp.ts";
import type { CommandContext } from "./target/commandContext.ts";
import type { CommandTarget } from "./target/commandTarget.ts";
import type { Notifier } from "./tell/notify.ts";
import { tellReport } from "./tell/tellReport.ts";

/** Renews an app. Resolves with the report when it is over; `undefined` if no app was chosen. */
export async function renewApp(
  context: CommandContext,
  target: CommandTarget,
  kind: RenewalKind,
  notifier: Notifier,
): Promise<RenewalReport | undefined> {
  const session = await chooseApp(context, target, {
    suits: isRenewable,
    placeHolder: question(kind, context.t),
  });
  return session && renew({ context, notifier, session, kind, worker: undefined });
}

/** Reloads one worker: a new one takes its place before it exits. */
export async function reloadWorker(
  context: CommandContext,
  target: CommandTarget,
  notifier: Notifier,
): Promise<RenewalReport | undefined> {
  const { t } = context;
  const session = await chooseApp(context, target, {
    suits: isRenewable,
    placeHolder: t("Select the app whose worker to reload"),
  });
  const worker =
    session &&
    (await chooseWorker(context, session, target, {
      suits: ({ state }) => state === "ready" || state === "starting",
      placeHolder: t("Select the worker to reload"),
    }));
  return session && worker !== undefined ? renew({ context, notifier, session, kind: "reload", worker }) : undefined;
}

/** Reloads the way the previous generation was started; the supervisor refuses when its files have changed. */
export async function rollBack(
  context: CommandContext,
  target: CommandTarget,
  notifier: Notifier,
): Promise<RenewalReport | undefined> {
  const session = await chooseApp(context, target, {
    suits: isRenewable,
    placeHolder: context.t("Select the app to return to its previous generation"),
  });
  return session && renew({ context, notifier, session, kind: "rollback", worker: undefined });
}

/** Undoes the running reload, whichever client requested it, if that is still possible. */
export async function cancelReload(context: CommandContext, target: CommandTarget, notifier: Notifier): Promise<void> {
  const { t } = context;
  const session = await chooseApp(context, target, {
    suits: ({ snapshot }) => snapshot?.renewal?.cancellable === true,
    placeHolder: t("Select the app whose reload to cancel"),
  });
  if (session !== undefined && !(await session.cancelRenewal())) {
    notifier.message("info", t("There is no reload of “{0}” that could still be cancelled.", session.name), []);
  }
}

interface Renewal {
  readonly context: CommandContext;
  readonly notifier: Notifier;
  readonly session: AppSession;
  readonly kind: RenewalKind | "rollback";
  readonly worker: number | undefined;
}

async function renew({ context, notifier, session, kind, worker }: Renewal): Promise<RenewalReport> {
  const { t } = context;
  const controller = new AbortController();
  const report = await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: title(kind, session.name, worker, t),
      // A restart stops the old workers first, so there is nothing to go back to.
      cancellable: kind !== "restart",
    },
    async (progress, token) => {
      token.onCancellationRequested(() => controller.abort());
      let shown = 0;
      const show = () => {
        const { message, percent } = renewalProgress(session.view.snapshot, t);
        progress.report({ message, increment: Math.max(0, percent - shown) });
        shown = Math.max(shown, percent);
      };
      const listening = session.onDidChange(show);
      try {
        show();
        return kind === "rollback"
          ? await session.rollBack(controller.signal)
          : await session.renew(kind, worker, controller.signal);
      } finally {
        listening.dispose();
      }
    },
  );
  tellReport({ context, notifier, session, report, worker, wasCancelled: controller.signal.aborted });
  return report;
}

function question(kind: RenewalKind, t: Localize): string {
  return {
    restart: t("Select the app to restart. Its workers stop first, so there is a gap."),
    reload: t("Select the app to reload"),
    gracefulReload: t("Select the app to reload gracefully"),
  }[kind];
}

function title(kind: Renewal["kind"], app: string, worker: number | undefined, t: Localize): string {
  if (worker !== undefined) {
    return t("Reloading worker {0} of {1}", worker, app);
  }
  return kind === "restart" ? t("Restarting {0}", app) : t("Reloading {0}", app);
}
