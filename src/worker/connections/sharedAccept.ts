import type { AcceptHold } from "../../shared/workerMessages.ts";
import type { AcceptedHandle } from "../channel.ts";
import type { Guard } from "../guard.ts";
import {
  closeUnnoticed,
  type Held,
  holdConnections,
  holdListen,
  onHandleClose,
  onSharedHandle,
  type SharedHandle,
} from "../internals/listeningHandles.ts";
import type { ClientEnds } from "../internals/sockets.ts";

/** With shared scheduling this worker accepts by itself, from handles that other workers have too. */
export interface SharedAccept {
  /** The worker may serve: accepting begins, also where it comes to listen later. */
  begin(): void;
  /** Accepting ends, though the app's servers stay as they are; what the supervisor sends is still taken. */
  stop(): void;
}

/**
 * Holds a worker's listening handles back until it is ready: clients must not meet it before, nor ever one that does not get
 * so far. Where other workers accept already, a handle does not listen till then; nobody sees that, since the kernel gives to
 * those what comes. Where none does, it listens at once, as the app expects of a server that says so, and what it accepts
 * waits.
 * @param isOwn Whether a connection with these ends is one that the app itself has made, perhaps to see whether it answers.
 * @param giveBack Told of each connection that was accepted at the handle of this key and can't be served: the app has closed its server.
 * @param held Told whether a handle on which the app listens does not hold the process, as one that accepts would.
 */
export function holdSharedAccepts(
  guard: Guard,
  isOwn: (ends: ClientEnds) => boolean,
  giveBack: (key: string, connection: AcceptedHandle) => void,
  held: (held: boolean) => void,
): SharedAccept {
  const handles = new Set<SharedHandle>();
  const holds = new Map<SharedHandle, { readonly kind: AcceptHold; readonly held: Held }>();
  let state: "held" | "accepting" | "stopped" = "held";

  const tell = (): void => {
    held(state === "stopped" || [...holds.values()].some(({ kind }) => kind === "listen"));
  };

  const releaseAll = (kind: AcceptHold): void => {
    for (const [handle, hold] of holds) {
      if (hold.kind === kind) {
        holds.delete(handle);
        hold.held.release();
      }
    }
    tell();
  };

  onSharedHandle(
    guard("shared handle", (handle: SharedHandle, kind: AcceptHold, key: string) => {
      handles.add(handle);
      if (state === "held") {
        const takeBack = (): void => {
          for (const connection of holds.get(handle)?.held.takeOut() ?? []) {
            giveBack(key, connection);
          }
        };
        // The supervisor has to have them before it hears that the address is left.
        const listens = (): void => onHandleClose(handle, takeBack);
        holds.set(handle, {
          kind,
          held: kind === "listen" ? holdListen(handle) : holdConnections(handle, isOwn, listens),
        });
        tell();
        onHandleClose(handle, () => {
          handles.delete(handle);
          holds.delete(handle);
          tell();
        });
      }
    }),
  );
  return {
    begin: guard("accept", () => {
      if (state === "held") {
        state = "accepting";
        releaseAll("listen");
        releaseAll("connections");
      }
    }),
    stop: guard("accept", () => {
      state = "stopped";
      // What waits here is answered, ready or not: no other worker has it.
      releaseAll("connections");
      holds.clear();
      tell();
      for (const handle of handles) {
        closeUnnoticed(handle);
      }
      handles.clear();
    }),
  };
}
