import type { RehearsalProtocol } from "../../shared/rehearsal/rehearsalResult.ts";
import { openHttp2Connection } from "./loads/http2Connection.ts";
import { openHttpConnection } from "./loads/httpConnection.ts";
import type { LoadConnection, LoadEvents, OpenLoadConnection, RehearsalTarget } from "./loads/load.ts";
import { openEventStream, openWebSocketConnection } from "./loads/streamConnections.ts";
import type { RehearsalPlan } from "./rehearsalPlan.ts";

export const openers: Readonly<Record<RehearsalProtocol, OpenLoadConnection>> = {
  http: openHttpConnection,
  https: openHttpConnection,
  h2: openHttp2Connection,
  ws: openWebSocketConnection,
  sse: openEventStream,
};

export interface RunningLoad {
  /** Asks nothing more, lets what is under way be answered, and closes the connections. */
  stop(): Promise<void>;
  /** Asks nothing more, and closes the connections whatever is under way. */
  abandon(): Promise<void>;
}

/**
 * Begins to ask: the connections take turns, each is due at fixed moments whatever happened to its earlier requests,
 * and asks at once when it is late.
 */
export function runLoad(
  protocol: RehearsalProtocol,
  {
    target,
    plan,
    events,
  }: { readonly target: RehearsalTarget; readonly plan: RehearsalPlan; readonly events: LoadEvents },
): RunningLoad {
  const beganAt = performance.now();
  const everyMs = (plan.connections / plan.rate) * 1_000;
  const waiting = new Set<() => void>();
  const open = new Set<LoadConnection>();
  let stopped = false;
  let asked = 0;

  /** Waits until then; false when nothing more is to be asked. */
  const isDue = async (when: number): Promise<boolean> => {
    const wait = when - performance.now();
    if (wait > 0 && !stopped) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, wait);
        waiting.add(wake);
      });
    }
    return !stopped;
  };
  const ask = async (index: number): Promise<void> => {
    let isFirst = protocol !== "sse";
    const connection = openers[protocol](target, plan, {
      // All connect at the same time here, as they never do in a renewal: with those times before it, it looks well.
      answered: (due) => events.answered(isFirst ? undefined : due),
      failed: (what, why) => events.failed(what, why),
      refused: () => events.refused(),
      reopened: (what, why) => events.reopened(what, why),
    });
    open.add(connection);
    let dueAt = beganAt + (everyMs * index) / plan.connections;
    while (await isDue(dueAt)) {
      const path = plan.paths[asked % plan.paths.length] ?? "/";
      asked += 1;
      // Timers may fire up to a millisecond early; that much must not be missing from the answer's time.
      await connection.ask(path, Math.min(dueAt, performance.now()));
      isFirst = false;
      dueAt += everyMs;
    }
    open.delete(connection);
    connection.close();
  };

  const running = Promise.all(Array.from({ length: plan.connections }, (_, index) => ask(index)));
  const stop = async (): Promise<void> => {
    stopped = true;
    for (const wake of waiting) {
      wake();
    }
    await running;
  };
  return {
    stop,
    async abandon() {
      const stopping = stop();
      for (const connection of open) {
        connection.close();
      }
      await stopping;
    },
  };
}
