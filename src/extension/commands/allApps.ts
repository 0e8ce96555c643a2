import { type AppView, isActive, isRenewable, isStartable } from "../apps/appView.ts";
import { renewApp } from "./renew.ts";
import { start, stop } from "./startStop.ts";
import type { CommandContext } from "./target/commandContext.ts";
import type { CommandTarget } from "./target/commandTarget.ts";
import type { Notifier } from "./tell/notify.ts";

/** Starts every app that is not running; one that asks for its entry waits for nobody else's. */
export function startAll(context: CommandContext, notifier: Notifier): Promise<void> {
  const suits = (app: AppView) => isStartable(app) && app.state !== "crash-looping";
  return forEachApp(context, notifier, suits, (target) => start(context, target));
}

export function stopAll(context: CommandContext, notifier: Notifier): Promise<void> {
  const suits = (app: AppView) => isActive(app) && app.state !== "stopping";
  return forEachApp(context, notifier, suits, (target) => stop(context, target, notifier));
}

/** One after the other: all at once would start twice as many workers as there are. */
export async function reloadAll(context: CommandContext, notifier: Notifier): Promise<void> {
  for (const { key } of await appsThat(context, isRenewable)) {
    await act({ app: key }, notifier, (target) => renewApp(context, target, "reload", notifier));
  }
}

async function forEachApp(
  context: CommandContext,
  notifier: Notifier,
  suits: (app: AppView) => boolean,
  action: (target: CommandTarget) => Promise<unknown>,
): Promise<void> {
  await Promise.all((await appsThat(context, suits)).map(({ key }) => act({ app: key }, notifier, action)));
}

async function appsThat({ registry }: CommandContext, suits: (app: AppView) => boolean): Promise<AppView[]> {
  if (!registry.scanned) {
    await registry.refresh();
  }
  return registry.apps.filter(suits);
}

/** What one app can't do keeps no other from it. */
async function act(
  target: CommandTarget,
  notifier: Notifier,
  action: (target: CommandTarget) => Promise<unknown>,
): Promise<void> {
  try {
    await action(target);
  } catch (error) {
    notifier.error(error, { target, again: () => void act(target, notifier, action) });
  }
}
