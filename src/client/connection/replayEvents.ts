import type { Disposable } from "../../shared/basics/disposable.ts";
import type { SupervisorEvent } from "../../shared/logs.ts";
import type { SupervisorClient } from "./supervisorClient.ts";

export interface EventReplay extends Disposable {
  /** Resolves when those it remembers have been handed on, or will not come; it never rejects. */
  readonly caughtUp: Promise<void>;
}

/**
 * Hands on every event of a supervisor once and in order: those it remembers, then the new ones. When it does not say
 * which it remembers (the connection was lost, or the deadline has passed), the new ones are handed on all the same.
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
