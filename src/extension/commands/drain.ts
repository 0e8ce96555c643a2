import { workerLabel } from "../../shared/text/workerName.ts";
import type { AppSession } from "../apps/appSession.ts";
import { findWorker, isActive } from "../apps/appView.ts";
import { askFirst, lossWords } from "./target/askFirst.ts";
import { chooseApp, chooseWorker } from "./target/chooseApp.ts";
import type { CommandContext } from "./target/commandContext.ts";
import type { CommandTarget } from "./target/commandTarget.ts";

/** How much longer a draining worker gets at a time, in milliseconds. */
const extensionMs = 30_000;

export function waitLonger(context: CommandContext, target: CommandTarget): Promise<void> {
  return changeDrain(context, target, { action: "extend", ms: extensionMs });
}

/** Ends the drain of a worker: what it is still answering is cut off. */
export function cutNow(context: CommandContext, target: CommandTarget): Promise<void> {
  return changeDrain(context, target, { action: "cut" });
}

async function changeDrain(
  context: CommandContext,
  target: CommandTarget,
  change: { readonly action: "extend"; readonly ms: number } | { readonly action: "cut" },
): Promise<void> {
  const { t } = context;
  const session = await chooseApp(context, target, { suits: isActive, placeHolder: t("Select the draining app") });
  const worker =
    session &&
    (await chooseWorker(context, session, target, {
      suits: ({ state }) => state === "draining",
      placeHolder:
        change.action === "cut"
          ? t("Select the worker whose connections to close. Its requests are lost.")
          : t("Select the worker to wait for"),
    }));
  if (session === undefined || worker === undefined) {
    return;
  }
  if (change.action === "extend" || (await mayCut(context, session, worker))) {
    await session.requests.changeDrain({ ...change, worker });
  }
}

async function mayCut(context: CommandContext, session: AppSession, id: number): Promise<boolean> {
  const { t } = context;
  const { view, name } = session;
  const worker = findWorker(view, id);
  if (worker === undefined || worker.drain?.requests === 0) {
    return true;
  }
  return askFirst(context, {
    name: "cut",
    text: t("Close worker {0} of “{1}” now?", workerLabel(worker, t), name),
    detail: lossWords(worker, t),
    action: t("Close Now"),
    session,
  });
}
