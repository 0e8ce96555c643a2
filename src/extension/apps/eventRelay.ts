import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { Disposable } from "../../client/disposable.ts";
import type { SupervisorEvent } from "../../shared/logs.ts";

/** Hands on every event of a supervisor once and in order: those it remembers, then the new ones. */
export function relayEvents(client: SupervisorClient, receive: (event: SupervisorEvent) => void): Disposable {
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
  client.request("app/events", {}).then(
    ({ events }) => release(events),
    () => release([]),
  );
  return listening;
}
