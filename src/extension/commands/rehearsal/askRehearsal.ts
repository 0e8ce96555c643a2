import * as v from "valibot";
import { CancellationTokenSource, QuickInputButtons, type QuickPickItem, window } from "vscode";
import { RequestFeed } from "../../../client/requests/requestFeed.ts";
import { toHitlessError } from "../../../shared/errors.ts";
import type { AppSession } from "../../apps/appSession.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import type { CommandContext } from "../target/commandContext.ts";
import { changingMethod, type RehearsalWish, readRequests, rehearsalWishSchema } from "./rehearsalWish.ts";

/** Milliseconds within which a supervisor that is well has told the requests it saw. */
const lookMs = 2_000;

const mostSeen = 8;

interface WayItem extends QuickPickItem {
  readonly way: Pick<RehearsalWish, "kind" | "compare">;
}

/** Asks how to renew, and what clients ask meanwhile. `undefined`: the person wants none. */
export async function askRehearsal(context: CommandContext, session: AppSession): Promise<RehearsalWish | undefined> {
  const { memory } = context;
  const last = remembered(context, session);
  const seen = seenPaths(session);
  const written = writtenPaths(context, session);
  const offers = async (): Promise<Offers> => ({
    last: last?.requests,
    seen: await (await seen)(),
    written: await written,
  });
  const wish = await askWayAndRequests(context, session, { last, offers });
  if (wish === undefined || !(await mayChangeData(context, wish.requests))) {
    return undefined;
  }
  memory.set(memoryKey(session), JSON.stringify(wish));
  return wish;
}

interface Offers {
  readonly last: string | undefined;
  readonly seen: readonly string[];
  readonly written: readonly string[];
}

interface Asked {
  readonly last: RehearsalWish | undefined;
  /** Looked for while the person chooses how to renew. */
  readonly offers: () => Promise<Offers>;
}

/**
 * Both questions in one quick pick: of two, the second is closed again where the first gives the focus back, as it does
 * in the walkthrough.
 */
function askWayAndRequests(
  { t }: CommandContext,
  { name }: AppSession,
  { last, offers }: Asked,
): Promise<RehearsalWish | undefined> {
  const pick = window.createQuickPick<QuickPickItem | WayItem>();
  const ways = wayItems(t, last);
  let way: WayItem["way"] | undefined;
  let offered: readonly QuickPickItem[] = [];
  const askWay = (): void => {
    pick.step = 1;
    pick.placeholder = t("{0} is renewed for real while clients ask it. How?", name);
    pick.buttons = [];
    pick.items = ways;
  };
  const askRequests = async (): Promise<void> => {
    pick.step = 2;
    pick.value = "";
    pick.placeholder = t("Paths that clients ask, such as /products /health; 30s for another length than 12s");
    pick.buttons = [QuickInputButtons.Back];
    pick.busy = true;
    drawRequests();
    offered = requestItems(await offers(), t);
    pick.busy = false;
    drawRequests();
  };
  /** What is typed comes first in the list. */
  const drawRequests = (): void => {
    const typed = pick.value.trim();
    const known = offered.some(({ label }) => label === typed);
    const own = typed === "" || known ? [] : [{ label: typed, detail: problemOf(typed, t), alwaysShow: true }];
    if (way !== undefined) {
      pick.items = [...own, ...offered];
    }
  };
  pick.title = t("Rehearse a reload of {0}", name);
  pick.totalSteps = 2;
  askWay();
  return new Promise((resolve) => {
    pick.onDidChangeValue(drawRequests);
    pick.onDidTriggerButton(() => {
      way = undefined;
      pick.value = "";
      askWay();
    });
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      if (chosen === undefined) {
        return;
      }
      if ("way" in chosen) {
        way = chosen.way;
        void askRequests();
      } else if (way !== undefined && problemOf(chosen.label, t) === "") {
        // What can't be asked says why beside it, and waits for another.
        resolve({ ...way, requests: chosen.label });
        pick.hide();
      }
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** As the last time first. */
function wayItems(t: CommandContext["t"], last: RehearsalWish | undefined): WayItem[] {
  const items: WayItem[] = [
    { label: t("Reload"), detail: t("new workers first, no request is lost"), way: { kind: "reload" } },
    {
      label: t("Graceful Reload"),
      detail: t("as Reload, and the app is asked to finish in its own way"),
      way: { kind: "gracefulReload" },
    },
    {
      label: t("Broken Build"),
      detail: t("a reload to a file of Hitless that can't start: nobody should notice"),
      way: { kind: "brokenBuild" },
    },
    {
      label: t("Reload and Restart Side by Side"),
      detail: t("one after the other; a restart has a gap"),
      way: { kind: "reload", compare: "restart" },
    },
    { label: t("Restart"), detail: t("old workers stop first: there is a gap"), way: { kind: "restart" } },
  ];
  const isLast = ({ way }: WayItem) => way.kind === last?.kind && way.compare === last?.compare;
  return [...items.filter(isLast), ...items.filter((item) => !isLast(item))];
}

/** What was asked last, what the app was seen answering, and what is in its code. */
function requestItems({ last, seen, written }: Offers, t: CommandContext["t"]): QuickPickItem[] {
  return [
    ...(last === undefined ? [] : [{ label: last, description: t("as the last time") }]),
    { label: "/" },
    ...seen.map((path) => ({ label: path, description: t("seen") })),
    ...written.map((path) => ({ label: path, description: t("in the code") })),
  ].filter(({ label }, index, all) => all.findIndex((other) => other.label === label) === index);
}

/** Why it can't be asked; empty if it can. */
function problemOf(requests: string, t: CommandContext["t"]): string {
  try {
    readRequests(requests);
    return "";
  } catch (error) {
    return engineSentence(toHitlessError(error).message, t);
  }
}

async function mayChangeData({ t }: CommandContext, requests: string): Promise<boolean> {
  const method = changingMethod(requests);
  if (method === undefined) {
    return true;
  }
  const action = t("Send {0} Requests", method);
  const detail = t("It is sent many times a second, and may change data each time.");
  return (await window.showWarningMessage(t("Rehearse with {0}?", method), { modal: true, detail }, action)) === action;
}

/**
 * Begins to watch the app's requests, and resolves with a function that tells whose paths have been seen since, or before
 * by somebody else who watched. Without an answer in time there are none.
 */
async function seenPaths({ client }: AppSession): Promise<() => Promise<readonly string[]>> {
  const feed = client === undefined ? undefined : new RequestFeed(client, { slowMs: 0 });
  const look = () => feed?.look(AbortSignal.timeout(lookMs)).catch(() => undefined);
  await look();
  return async () => {
    await look();
    const all = [...(feed?.ended ?? [])].reverse().concat(feed?.inFlight ?? []);
    const readable = all.filter(({ method, status }) => method === "GET" && (status === undefined || status < 400));
    return [...new Set(readable.map(({ path }) => path))].filter(problemFree).slice(0, mostSeen);
  };
}

/** Milliseconds for which routes are looked for in the code; while the person chooses, most of it passes unseen. */
const searchMs = 5_000;

/** Without an answer in time there are none. */
async function writtenPaths({ language, channel }: CommandContext, { key }: AppSession): Promise<readonly string[]> {
  const source = new CancellationTokenSource();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => {
      source.cancel();
      resolve([]);
    }, searchMs);
  });
  const asked = language.paths(key, source.token).catch((error: unknown) => {
    channel.debug(`Looking for paths in the code: ${toHitlessError(error).message}`);
    return [];
  });
  try {
    return (await Promise.race([asked, late])).filter(problemFree);
  } finally {
    clearTimeout(timer);
    source.dispose();
  }
}

function problemFree(path: string): boolean {
  return problemOf(path, (text) => text) === "";
}

function memoryKey({ key }: AppSession): string {
  return `rehearsal:${key}`;
}

/** It may be of another version. */
function remembered({ memory }: CommandContext, session: AppSession): RehearsalWish | undefined {
  try {
    const parsed = v.safeParse(rehearsalWishSchema, JSON.parse(memory.get(memoryKey(session)) ?? ""));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
