import { subscribe } from "node:diagnostics_channel";
import type { Channel } from "../channel.ts";
import type { Guard } from "../guard.ts";

const checkEveryMs = 200;

/** What the IPC channel, stdout and stderr show up as; anything else is the app's and keeps the process alive. */
const ours = new Set(["PipeWrap", "TTYWrap"]);

/**
 * Lets a script that is done end. A cluster worker's channel keeps its process alive for ever, so a script that never
 * listens would hang. While no server listens, this looks whether anything but the channel is left, asks the supervisor
 * for a sign and, if it is still so, lets go of the channel. Whatever else is open still holds the process; only a
 * `listen` that waits for the primary's answer does not. The sign arrives after the answer to any that was asked before
 * it, and one that was asked since makes it void.
 */
export function exitWhenDone(channel: Channel, guard: Guard): { answered(): void; stop(): void } {
  // Node's own cluster module listens too; a listener of the app means that it waits for messages.
  const listenersAtStart = process.listenerCount("message");
  const isAlone = (): boolean =>
    process.listenerCount("message") <= listenersAtStart &&
    process.getActiveResourcesInfo().every((resource) => ours.has(resource));
  let asked = false;
  let answered = false;
  let letGo = false;
  let lastAsked = false;
  let lastAnswered = false;
  const forget = (): void => {
    asked = false;
    answered = false;
  };
  /**
   * Work in Node's thread pool or in an addon holds the process and is not to be seen, so the app may have gone on since.
   * Now there is nothing left, unless an answer of the primary is on its way: it comes before the answer to this.
   */
  const askOnceMore = (): void => {
    if (!lastAnswered && !lastAsked) {
      lastAsked = true;
      process.channel?.ref();
      channel.send({ type: "alone" });
    }
  };
  const check = guard("exit when done", () => {
    if (!isAlone()) {
      forget();
      return;
    }
    if (answered) {
      stop();
      letGo = true;
      process.channel?.unref();
      process.on("beforeExit", guard("exit when done", askOnceMore));
    } else if (!asked) {
      asked = true;
      channel.send({ type: "alone" });
    }
  });
  subscribe(
    "tracing:net.server.listen:asyncStart",
    guard("exit when done", () => {
      forget();
      if (letGo) {
        process.channel?.ref();
      }
    }),
  );
  subscribe(
    "tracing:net.server.listen:error",
    guard("exit when done", () => {
      if (letGo) {
        process.channel?.unref();
      }
    }),
  );
  const timer = setInterval(check, checkEveryMs);
  timer.unref();
  const stop = (): void => clearInterval(timer);
  return {
    answered: () => {
      if (!lastAsked) {
        answered = asked;
        return;
      }
      lastAsked = false;
      lastAnswered = true;
      process.channel?.unref();
      // Holds nothing: it comes only if something else goes on, and then it is to be asked again.
      setTimeout(() => {
        lastAnswered = false;
      }, 0).unref();
    },
    stop,
  };
}
