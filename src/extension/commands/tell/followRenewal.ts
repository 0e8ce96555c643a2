import { type CancellationToken, type Progress, ProgressLocation, window } from "vscode";
import type { RenewalReport } from "../../../shared/report.ts";
import type { AppSession } from "../../apps/appSession.ts";
import type { Localize } from "../../platform/localize.ts";
import { renewalProgress } from "../../presentation/renewalProgress.ts";

/** Most renewals are over by then, in milliseconds: a message for each would come and go like a flash. */
const patienceMs = 1_000;

export interface RenewalToFollow {
  readonly session: AppSession;
  readonly title: string;
  readonly cancel: () => void;
  readonly over: Promise<RenewalReport>;
  readonly t: Localize;
}

/**
 * Shows how a renewal goes: in the status bar, and in a message with a button to cancel it while it takes long and can
 * still be undone. What then remains, old workers that finish their requests, is in the status bar again.
 */
export async function followRenewal(renewal: RenewalToFollow): Promise<RenewalReport> {
  const { over } = renewal;
  const ended = over.then(
    () => undefined,
    () => undefined,
  );
  await showUntil(renewal, { location: ProgressLocation.Window }, Promise.race([ended, pause(patienceMs)]));
  if (isCancellable(renewal)) {
    const settled = Promise.race([ended, untilSettled(renewal)]);
    await showUntil(renewal, { location: ProgressLocation.Notification, cancellable: true }, settled);
  }
  await showUntil(renewal, { location: ProgressLocation.Window }, ended);
  return over;
}

interface Place {
  readonly location: ProgressLocation;
  readonly cancellable?: boolean;
}

function showUntil({ session, title, cancel, t }: RenewalToFollow, place: Place, end: Promise<void>): Thenable<void> {
  return window.withProgress({ ...place, title }, async (progress, token) => {
    const cancelling = token.onCancellationRequested(cancel);
    const listening = session.onDidChange(showIn(progress, token, () => renewalProgress(session.view.snapshot, t)));
    try {
      await end;
    } finally {
      listening.dispose();
      cancelling.dispose();
    }
  });
}

function showIn(
  progress: Progress<{ message: string; increment: number }>,
  token: CancellationToken,
  now: () => { readonly message: string; readonly percent: number },
): () => void {
  let shown = 0;
  const show = () => {
    const { message, percent } = now();
    if (!token.isCancellationRequested) {
      progress.report({ message, increment: Math.max(0, percent - shown) });
      shown = Math.max(shown, percent);
    }
  };
  show();
  return show;
}

/** Whether the renewal runs that was asked for, or another one before it, and it can be undone. */
function isCancellable({ session }: RenewalToFollow): boolean {
  return session.view.snapshot?.renewal?.cancellable === true;
}

function untilSettled(renewal: RenewalToFollow): Promise<void> {
  return new Promise((resolve) => {
    const listening = renewal.session.onDidChange(() => {
      if (!isCancellable(renewal)) {
        listening.dispose();
        resolve();
      }
    });
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
