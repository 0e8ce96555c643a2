import assert from "node:assert/strict";
import type { Loss } from "./honesty.ts";
import { openConnection, type StrictConnection, type Target } from "./strictConnection.ts";
import { poll } from "./until.ts";

/** After a request that was not answered the next one is asked this much later, in milliseconds. */
const pauseMs = 10;

/** How a request ends that has met a restart, a kill or a closed port: without any answer. One that has begun has to be whole. */
const unanswered = /ECONNREFUSED|ENOENT|ECONNRESET|EPIPE|before the answer|said that it closes/;

/** Nobody has taken this request: its client may turn elsewhere. */
const refused = /ECONNREFUSED|ENOENT/;

export interface PersistentCounts {
  /** Whole and right answers. */
  readonly whole: number;
  /** Requests that were not answered, though the connection was made. */
  readonly losses: readonly Loss[];
  /** Answers that were not whole, wrong or another's, and connections that hung: nothing excuses them. */
  readonly broken: readonly string[];
}

export interface PersistentClientOptions {
  readonly target: Target;
  /** `/` and a number are added. Default: nothing before them. */
  readonly path?: string;
  /** Each request has a connection of its own; default: one is kept and opened again whenever it is gone. */
  readonly fresh?: boolean;
  /** Address of the client that the app has to see; default: any. */
  readonly address?: string;
}

/** Asks on and on, whatever happens to the app, and notes what it lost. */
export interface PersistentClient {
  /** Resolves when a request asked from now on has got its answer: whatever was lost before is known then. */
  answered(): Promise<void>;
  /** Lets the request under way end, and tells the counts. */
  stop(): Promise<PersistentCounts>;
}

export function startPersistentClient(options: PersistentClientOptions): PersistentClient {
  const { target, path = "", fresh = false, address } = options;
  const counts = { whole: 0, losses: [] as Loss[], broken: [] as string[] };
  let over = false;
  let asked = 0;
  /** The last request that has got its answer. */
  let lastWhole = 0;
  let lastFailure = "";
  const head = `HTTP/1.1\r\nHost: localhost\r\n${fresh ? "Connection: close\r\n" : ""}\r\n`;
  const run = async (): Promise<void> => {
    let connection: StrictConnection | undefined;
    while (!over) {
      asked += 1;
      const begunAt = Date.now();
      try {
        connection = connection?.usable ? connection : await openConnection(target);
        const { status, body } = await connection.ask(`GET ${path}/${asked} ${head}`);
        assert.equal(status, 200, body);
        const answer = JSON.parse(body) as { readonly url: string; readonly client: string };
        assert.equal(answer.url, `${path}/${asked}`);
        assert.equal(answer.client, address ?? answer.client);
        counts.whole += 1;
        lastWhole = asked;
      } catch (error) {
        const message = String(error);
        lastFailure = message;
        if (!unanswered.test(message)) {
          counts.broken.push(message);
        } else if (!refused.test(message)) {
          counts.losses.push({ begunAt, lostAt: Date.now(), message });
        }
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      if (fresh) {
        connection?.close();
        connection = undefined;
      }
    }
    connection?.close();
  };
  const running = run();
  return {
    async answered() {
      const before = asked;
      await poll(
        () => `request ${before + 1} or a later one to ${JSON.stringify(target)} is answered (${lastFailure})`,
        () => lastWhole > before,
      );
    },
    async stop() {
      over = true;
      await running;
      return counts;
    },
  };
}
