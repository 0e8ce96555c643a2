import { dirname, join } from "node:path";
import process from "node:process";
import { ProgressLocation, ViewColumn, type WebviewPanel, window } from "vscode";
import { resolveNode } from "../../../client/node/nodeProgram.ts";
import { HitlessError } from "../../../shared/errors.ts";
import type { RehearsalResult } from "../../../shared/rehearsal/rehearsalResult.ts";
import type { AppSession } from "../../apps/appSession.ts";
import { isRenewable } from "../../apps/appView.ts";
import { viewIds } from "../../ids.ts";
import { nodeSetting } from "../../platform/settings.ts";
import { closeWaitingPanels } from "../../platform/waitingPanels.ts";
import { renewalWord } from "../../presentation/stateWords.ts";
import { saveEditors } from "../files/saveEditors.ts";
import { chooseApp } from "../target/chooseApp.ts";
import type { CommandContext } from "../target/commandContext.ts";
import type { CommandTarget } from "../target/commandTarget.ts";
import type { Notifier } from "../tell/notify.ts";
import { askRehearsal } from "./askRehearsal.ts";
import { keepRehearsal, keptRehearsals, type ShownRehearsal } from "./keptRehearsals.ts";
import { comparedKind } from "./rehearsalHtml.ts";
import { RehearsalPanel } from "./rehearsalPanel.ts";
import { runRehearsalProgram } from "./rehearsalProgram.ts";
import { type RehearsalWish, rehearsalArguments } from "./rehearsalWish.ts";

export interface RehearsalHost {
  readonly context: CommandContext;
  readonly notifier: Notifier;
  /** Aborted when the extension ends. */
  readonly ending: AbortSignal;
}

/** By the app's key. */
const panels = new Map<string, RehearsalPanel>();
const underWay = new Set<string>();

/**
 * Rehearses a renewal of an app and shows what clients saw; with an action, does that to what the app's panel shows.
 * Resolves with what was rehearsed; `undefined`: nothing.
 */
export async function rehearseApp(
  host: RehearsalHost,
  target: CommandTarget,
  [action, argument]: readonly unknown[],
): Promise<readonly RehearsalResult[] | undefined> {
  const { context, notifier } = host;
  const panel = target.app === undefined ? undefined : panels.get(target.app);
  const say = (text: string | undefined) => text !== undefined && notifier.message("info", text, []);
  if (panel !== undefined) {
    const { wish, results } = panel.shown;
    switch (action) {
      case "open":
        await panel.open(argument);
        return undefined;
      case "save":
        say(await panel.save());
        return undefined;
      case "copy":
        say(await panel.copy());
        return undefined;
      case "again": {
        const session = await choose(context, target);
        const anew = session && (await run(host, session, wish));
        return session && show(host, session, wish, anew && [...anew, ...results.slice(0, 1)]);
      }
      case "compare": {
        const session = await choose(context, target);
        const kind = comparedKind(results);
        const compared = session && kind && (await run(host, session, { kind, requests: wish.requests }));
        return (
          session && kind && compared && show(host, session, { ...wish, compare: kind }, [...results, ...compared])
        );
      }
      default:
    }
  }
  const { t } = context;
  const session = await choose(context, target);
  if (session === undefined) {
    return undefined;
  }
  if (session.client === undefined) {
    throw notRunning(session, t);
  }
  const wish = await askRehearsal(context, session);
  return wish && show(host, session, wish, await run(host, session, wish));
}

function choose(context: CommandContext, target: CommandTarget): Promise<AppSession | undefined> {
  return chooseApp(context, target, {
    suits: isRenewable,
    placeHolder: context.t("Select the app whose reload to rehearse"),
    onlyHere: true,
  });
}

function notRunning({ name }: AppSession, t: CommandContext["t"]): HitlessError {
  return new HitlessError("invalidState", t("“{0}” does not run, so there is nothing to rehearse.", name), {
    remedy: "start",
  });
}

/** `undefined`: the person does not want it after all. */
async function run(
  host: RehearsalHost,
  session: AppSession,
  wish: RehearsalWish,
): Promise<readonly RehearsalResult[] | undefined> {
  const { context, ending } = host;
  const { t } = context;
  if (underWay.has(session.key)) {
    throw new HitlessError("invalidState", t("A rehearsal of “{0}” is under way already.", session.name));
  }
  underWay.add(session.key);
  try {
    if (!(await isMeant(context, session))) {
      return undefined;
    }
    await saveEditors(session, t);
    const pid = session.view.snapshot?.supervisor.pid;
    if (pid === undefined) {
      throw notRunning(session, t);
    }
    const { path: node } = await resolveNode({
      explicit: session.definition?.config.node ?? nodeSetting(),
      cwd: session.root,
    });
    return await withProgress(context, session, ending, (signal) =>
      runRehearsalProgram({
        node,
        file: join(dirname(context.supervisorFile), "cli.cjs"),
        args: rehearsalArguments(pid, wish),
        signal,
      }),
    );
  } catch (error) {
    // Who cancels it need not be told.
    if (error instanceof HitlessError && error.code === "cancelled") {
      return undefined;
    }
    throw error;
  } finally {
    underWay.delete(session.key);
  }
}

/** Asks when the app's environment looks like production; the variables are named, never what is in them. */
async function isMeant({ t }: CommandContext, session: AppSession): Promise<boolean> {
  if (session.client === undefined) {
    throw notRunning(session, t);
  }
  const { signs } = await session.client.request("app/productionSigns", {});
  if (signs.length === 0) {
    return true;
  }
  const named = signs.map(({ name, why }) =>
    why === "production" ? t("{0} is “production”.", name) : t("{0} names another machine.", name),
  );
  const detail = [...named, t("A rehearsal puts load on it and renews it.")].join("\n");
  const action = t("Rehearse");
  const text = t("“{0}” looks like production. Rehearse all the same?", session.name);
  return (await window.showWarningMessage(text, { modal: true, detail }, action)) === action;
}

function withProgress<Result>(
  { t }: CommandContext,
  session: AppSession,
  ending: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Thenable<Result> {
  const place = {
    location: ProgressLocation.Notification,
    cancellable: true,
    title: t("Rehearsing a reload of {0}", session.name),
  };
  return window.withProgress(place, async (progress, token) => {
    const controller = new AbortController();
    const cancel = () => {
      controller.abort();
      if (process.platform === "win32") {
        // There the process ends at once, without cancelling what it has asked for.
        session.requests.cancelRenewal().catch(() => undefined);
      }
    };
    let wasRenewed = false;
    const tell = () => {
      const renewal = session.view.snapshot?.renewal;
      wasRenewed ||= renewal !== undefined;
      const calm = wasRenewed ? t("after the renewal") : t("before the renewal");
      progress.report({ message: renewal === undefined ? calm : renewalWord(renewal, t) });
    };
    const listening = [session.onDidChange(tell), token.onCancellationRequested(cancel)];
    ending.addEventListener("abort", cancel, { once: true });
    tell();
    try {
      return await work(controller.signal);
    } finally {
      ending.removeEventListener("abort", cancel);
      for (const each of listening) {
        each.dispose();
      }
    }
  });
}

async function show(
  host: RehearsalHost,
  session: AppSession,
  wish: RehearsalWish,
  results: readonly RehearsalResult[] | undefined,
): Promise<readonly RehearsalResult[] | undefined> {
  const { context, ending } = host;
  const { t, storageFolder } = context;
  if (results === undefined || ending.aborted) {
    return undefined;
  }
  const { key, name, root, definition, view } = session;
  const entry = view.snapshot?.app.entry;
  const roots = [...new Set([root, ...(definition === undefined ? [] : [definition.realRoot])])];
  const shown = { app: key, name, roots, ...(entry !== undefined && { entry }), wish, results: [...results] };
  await keepRehearsal(storageFolder, shown);
  const open = panels.get(key);
  if (open !== undefined) {
    open.show(shown);
    return results;
  }
  const title = titleOf(shown, t);
  // One of another app of this name is not to be closed with those that wait.
  if (![...panels.values()].some((other) => titleOf(other.shown, t) === title)) {
    await closeWaitingPanels(viewIds.rehearsal, title);
  }
  fill(host, window.createWebviewPanel(viewIds.rehearsal, title, { viewColumn: ViewColumn.Active }), shown);
  return results;
}

/** Fills a panel that was open before the window was reloaded, or closes it when there is nothing to show in it any more. */
export async function restoreRehearsal(host: RehearsalHost, panel: WebviewPanel): Promise<void> {
  const { storageFolder, t } = host.context;
  const titled = (await keptRehearsals(storageFolder)).filter((each) => titleOf(each, t) === panel.title);
  const kept = titled.find(({ app }) => !panels.has(app));
  if (kept === undefined) {
    panel.dispose();
    return;
  }
  fill(host, panel, kept);
}

function titleOf({ name }: Pick<ShownRehearsal, "name">, t: CommandContext["t"]): string {
  return t("Rehearsal of {0}", name);
}

function fill({ context, ending }: RehearsalHost, webviewPanel: WebviewPanel, shown: ShownRehearsal): void {
  const panel = new RehearsalPanel(webviewPanel, shown, context.t);
  panels.set(shown.app, panel);
  const end = () => panel.dispose();
  ending.addEventListener("abort", end, { once: true });
  webviewPanel.onDidDispose(() => {
    ending.removeEventListener("abort", end);
    panels.delete(shown.app);
  });
}
