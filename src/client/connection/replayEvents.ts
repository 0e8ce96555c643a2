import type { Disposable } from "../../shared/basics/disposable.ts";
import type { SupervisorEvent } from "../../shared/logs.ts";
import type { SupervisorClient } from "./supervisorClient.ts";

export interface EventReplay extends Disposable {
  /** Resolves when the remembered events have been passed on, or will not come; it never rejects. */
  readonly caughtUp: Promise<void>;
}

/**
 * Passes on every event of a supervisor once and in order: the remembered ones, then new ones. If the remembered ones
 * don't arrive (the connection was lost, or the deadline has passed), the new ones are passed on nevertheless.
 */
export function replayEvents(client: SupervisorClient, receive: (event: SupervisorEvent) => void): EventReplay {
  let told = -1;
  let held: SupervisorEvent[] | undefined = [];
  const tell = (event: SupervisorEvent) => {
    if (event.sequence > told) {
      told = event.sequence;
      receive(event);
    }
  };
  const release = (events: readonly SupervisorEvent[]) => {
    const waiting = held ?? [];
    held = undefined;
    [...events, ...waiting].forEach(tell);
  };
  const listening = client.onDidEvent((event) => {
    if (held === undefined) {
      tell(event);
    } else {
      held.push(event);
    }
  });
  const caughtUp = client.request("app/events", {}).then(
    ({ events }) => release(events),
    () => release([]),
  );
  return { caughtUp, dispose: () => listening.dispose() };
}
