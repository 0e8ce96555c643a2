import type { WholeResponse } from "../test/support/process/responseReader.ts";
import { openConnection, type StrictConnection, type Target } from "../test/support/process/strictConnection.ts";

export interface PacedClientOptions {
  readonly target: Target;
  readonly connections: number;
  /** Mean of the milliseconds between two requests of a connection, which are distributed exponentially. */
  readonly thinkMs: number;
  /** The same seed gives the same moments. */
  readonly seed: number;
  /** Throws when an answer is wrong. */
  readonly check: (response: WholeResponse, path: string) => void;
}

/** What happened to the requests of one stretch of time. */
export interface Stretch {
  /** Milliseconds that each answered request took. */
  readonly latencies: number[];
  failed: number;
  reopened: number;
}

/**
 * Asks over kept-alive connections at moments that do not depend on the answers: what falls due while its connection waits
 * for an answer is asked right after that, and counts from when it was due. So a client that is kept waiting does not ask less.
 * Nothing is retried.
 */
export interface PacedClient {
  /** From now on requests that fall due belong to this stretch. */
  measure(into: Stretch): void;
  /** Lets the requests under way be answered and closes the connections. */
  stop(): Promise<void>;
}

export function emptyStretch(): Stretch {
  return { latencies: [], failed: 0, reopened: 0 };
}

/** Resolves when all connections are open. */
export async function startPacedClient(options: PacedClientOptions): Promise<PacedClient> {
  const { target, connections, thinkMs, seed, check } = options;
  let stretch = emptyStretch();
  let stopping = false;
  let asked = 0;

  const askOn = async (first: StrictConnection, number: number): Promise<void> => {
    const random = randomFrom(seed * 1_000 + number);
    let connection: StrictConnection | undefined = first;
    let due = performance.now();
    while (!stopping) {
      due += -Math.log(1 - random()) * thinkMs;
      const early = due - performance.now();
      if (early > 0) {
        await new Promise((resolve) => setTimeout(resolve, early));
      }
      // A timer that is late is this client's fault; a connection that was busy is not.
      const countedFrom = early > 0 ? performance.now() : due;
      const into = stretch;
      asked += 1;
      const path = `/?${asked}`;
      try {
        if (connection?.usable !== true) {
          into.reopened += 1;
          connection = await openConnection(target);
        }
        const response = await connection.ask(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
        into.latencies.push(performance.now() - countedFrom);
        check(response, path);
      } catch {
        into.failed += 1;
      }
    }
    connection?.close();
  };

  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(target)));
  const running = Promise.all(opened.map(askOn));
  return {
    measure(into) {
      stretch = into;
    },
    async stop() {
      stopping = true;
      await running;
    },
  };
}

/** Numbers from 0 up to 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
