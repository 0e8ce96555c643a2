import type { RenewalReport } from "../../shared/report.ts";
import type { RenewalKind } from "../../shared/snapshot.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import type { AppSession } from "../apps/appSession.ts";
import { findWorker, hasPrevious, isRenewable } from "../apps/appView.ts";
import type { Localize } from "../platform/localize.ts";
import { saveEditors } from "./files/saveEditors.ts";
import { isSureElsewhere } from "./target/askFirst.ts";
import { chooseApp, chooseWorker } from "./target/chooseApp.ts";
import type { CommandContext } from "./target/commandContext.ts";
import type { CommandTarget } from "./target/commandTarget.ts";
import { followRenewal } from "./tell/followRenewal.ts";
import type { Notifier } from "./tell/notify.ts";
import { offerContinue } from "./tell/offerContinue.ts";
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
  if (session === undefined || (kind === "restart" && !(await isSureElsewhere(context, session, "restart")))) {
    return undefined;
  }
  return renew({ context, notifier, session, kind, worker: undefined });
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

/** Reloads with the settings of the previous generation; the supervisor refuses when its files have changed. */
export async function rollBack(
  context: CommandContext,
  target: CommandTarget,
  notifier: Notifier,
): Promise<RenewalReport | undefined> {
  const session = await chooseApp(context, target, {
    suits: hasPrevious,
    placeHolder: context.t("Select the app to reload with its previous settings"),
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
  if (session !== undefined && !(await session.requests.cancelRenewal())) {
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
  if (session.machine === undefined) {
    await saveEditors(session, t);
  }
  const chosen = worker === undefined ? undefined : findWorker(session.view, worker);
  // By what it was called when it was asked for: another is in its place when it is over.
  const name = chosen && workerLabel(chosen, t);
  const controller = new AbortController();
  const { signal } = controller;
  const over = kind === "rollback" ? session.requests.rollBack(signal) : session.renew(kind, worker, signal);
  const cancel = () => controller.abort();
  const offering = offerContinue({ context, notifier, session });
  const report = await followRenewal({ session, title: title(kind, session.name, name, t), cancel, over, t }).finally(
    () => offering.dispose(),
  );
  tellReport({ context, notifier, session, report, worker: name, wasCancelled: signal.aborted });
  return report;
}

function question(kind: RenewalKind, t: Localize): string {
  return {
    restart: t("Select the app to restart. Its workers stop first, so there is a gap."),
    reload: t("Select the app to reload"),
    gracefulReload: t("Select the app to reload gracefully"),
  }[kind];
}

function title(kind: Renewal["kind"], app: string, worker: string | undefined, t: Localize): string {
  if (worker !== undefined) {
    return t("Reloading worker {0} of {1}", worker, app);
  }
  return kind === "restart" ? t("Restarting {0}", app) : t("Reloading {0}", app);
}
