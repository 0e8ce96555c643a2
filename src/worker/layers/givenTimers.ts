import * as early from "../ownTimers.ts";

/*
 * The timers and clocks of the preload. This bundle is loaded when it is first asked, and by then the app may have replaced those
 * that it would find.
 */

export type OwnTimers = typeof early;

export let { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, steadyNow, epochNow }: OwnTimers =
  early;

/** To be called before anything else of this bundle. */
export function takeTimers(own: OwnTimers): void {
  ({ setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, steadyNow, epochNow } = own);
}
