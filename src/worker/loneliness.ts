import type { Channel } from "./channel.ts";
import type { Guard } from "./guard.ts";

const checkEveryMs = 200;

/** What the IPC channel, stdout and stderr show up as; anything else is the app's and keeps the process alive. */
const ours = new Set(["PipeWrap", "TTYWrap"]);

/**
 * Lets a script that is done end. A cluster worker's channel keeps its process alive for ever, so a script that never
 * listens would hang. While no server listens, this looks whether anything but the channel is left, asks the supervisor
 * for a sign (which arrives after the answer to any `listen` that is still under way) and, if it is still so, lets go
 * of the channel. Letting go wrongly does no harm: whatever else is open still holds the process.
 */
export function watchLoneliness(channel: Channel, guard: Guard): { answered(): void; stop(): void } {
  // Node's own cluster module listens too; a listener of the app means that it waits for messages.
  const listenersAtStart = process.listenerCount("message");
  const isAlone = (): boolean =>
    process.listenerCount("message") <= listenersAtStart &&
    process.getActiveResourcesInfo().every((resource) => ours.has(resource));
  let asked = false;
  let answered = false;
  const check = guard("loneliness", () => {
    if (!isAlone()) {
      asked = false;
      answered = false;
      return;
    }
    if (answered) {
      stop();
      process.channel?.unref();
    } else if (!asked) {
      asked = true;
      channel.send({ type: "alone" });
    }
  });
  const timer = setInterval(check, checkEveryMs);
  timer.unref();
  const stop = (): void => clearInterval(timer);
  return {
    answered: () => {
      answered = asked;
    },
    stop,
  };
}
