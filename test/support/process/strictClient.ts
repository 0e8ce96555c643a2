import type { Loss } from "./honesty.ts";
import type { WholeResponse } from "./responseReader.ts";
import { openConnection, type StrictConnection, type Target } from "./strictConnection.ts";
import { poll } from "./until.ts";

/** After a refused connection the next request is asked this much later, in milliseconds; the refused one has failed. */
const afterRefusalMs = 10;

/** Failures that are described; all are counted. */
const failuresDescribed = 20;

export interface StrictClientOptions {
  readonly target: Target;
  /** Connections that ask at the same time, each one request after the other. */
  readonly connections: number;
  /** Milliseconds between an answer and the next request on the same connection; default 0. */
  readonly thinkMs?: number;
  /** Path of every request; `?<number>` is added, so that no answer can be taken for another's. Default `/`. */
  readonly path?: string;
  /** Default `GET`; a `POST` has a body, which no client may send twice. */
  readonly method?: "GET" | "POST";
  /** Names what the answer tells of who gave it; throws when it is wrong. Default: `version` of the fixtures' answers. */
  readonly read?: (response: WholeResponse, path: string) => string;
}

export interface StrictCounts {
  /** Requests asked, answered or not. */
  readonly requests: number;
  /** Requests without a whole and right answer. Nothing is retried: each of them is one that a person would have lost. */
  readonly failed: number;
  /** Connections that had to be opened again, because the server closed one. */
  readonly reopened: number;
  /** Whole answers by who gave them. */
  readonly answers: Readonly<Record<string, number>>;
  /** What happened to the first failed ones. */
  readonly failures: readonly string[];
  /** Each of the failed ones. */
  readonly losses: readonly Loss[];
}

/** Asks on and on over kept-alive connections, and counts what a careful person would call a hit. */
export interface StrictClient {
  readonly counts: StrictCounts;
  /** From now on the time of each answer, in milliseconds, is added to this list. */
  measure(into: number[]): void;
  /** Waits until this many further answers of this name have come. */
  untilAnswers(name: string, count: number): Promise<void>;
  /** Lets the requests under way be answered, closes the connections and tells the counts. */
  stop(): Promise<StrictCounts>;
}

/** Opens the connections and begins to ask; resolves when all are open. */
export async function startStrictClient(options: StrictClientOptions): Promise<StrictClient> {
  const { target, connections, thinkMs = 0, path = "/", method = "GET", read = readFixtureAnswer } = options;
  const answers: Record<string, number> = {};
  const failures: string[] = [];
  const losses: Loss[] = [];
  const counts = { requests: 0, failed: 0, reopened: 0, answers, failures, losses };
  let latencies: number[] | undefined;
  let stopping = false;

  const body = method === "GET" ? "\r\n" : "Content-Length: 4\r\n\r\nbody";

  const fail = (error: unknown, begunAt: number, of: Pick<Loss, "asked" | "connection"> = {}): void => {
    const message = error instanceof Error ? error.message : String(error);
    counts.failed += 1;
    losses.push({ begunAt, lostAt: Date.now(), message, ...of });
    if (failures.length < failuresDescribed) {
      failures.push(message);
    }
  };

  const askOnce = async (connection: StrictConnection, number: number): Promise<void> => {
    counts.requests += 1;
    const asked = `${path}?${counts.requests}`;
    const startedAt = performance.now();
    const begunAt = Date.now();
    try {
      const response = await connection.ask(`${method} ${asked} HTTP/1.1\r\nHost: localhost\r\n${body}`);
      latencies?.push(performance.now() - startedAt);
      const name = read(response, asked);
      answers[name] = (answers[name] ?? 0) + 1;
    } catch (error) {
      fail(error, begunAt, { asked, connection: number });
    }
  };

  const reopen = async (): Promise<StrictConnection | undefined> => {
    counts.reopened += 1;
    const begunAt = Date.now();
    try {
      return await openConnection(target);
    } catch (error) {
      counts.requests += 1;
      fail(error, begunAt);
      await new Promise((resolve) => setTimeout(resolve, afterRefusalMs));
      return undefined;
    }
  };

  const askOn = async (first: StrictConnection, number: number): Promise<void> => {
    let connection: StrictConnection | undefined = first;
    while (!stopping) {
      if (connection === undefined || !connection.usable) {
        connection = await reopen();
      } else {
        await askOnce(connection, number);
        if (thinkMs > 0 && !stopping) {
          await new Promise((resolve) => setTimeout(resolve, thinkMs));
        }
      }
    }
    connection?.close();
  };

  const opened = await Promise.all(Array.from({ length: connections }, () => openConnection(target)));
  const running = Promise.all(opened.map(askOn));
  return {
    counts,
    measure: (into) => {
      latencies = into;
    },
    untilAnswers(name, count) {
      const before = answers[name] ?? 0;
      return poll(
        () => `${count} answers of ${name} came (there were ${JSON.stringify(counts)})`,
        () => (answers[name] ?? 0) >= before + count,
      );
    },
    async stop() {
      stopping = true;
      await running;
      return counts;
    },
  };
}

/** What every fixture answers. */
export interface FixtureAnswer {
  readonly url: string;
  readonly pid: number;
  /** Content of the fixture's `version.txt` when the worker started. */
  readonly version: string;
  readonly worker: string | null;
  readonly generation: string | null;
  readonly instance: string | null;
}

export function parseFixtureAnswer(response: WholeResponse): FixtureAnswer {
  if (response.status !== 200) {
    throw new Error(`status ${response.status}: ${response.body}`);
  }
  return JSON.parse(response.body) as FixtureAnswer;
}

function readFixtureAnswer(response: WholeResponse, path: string): string {
  const answer = parseFixtureAnswer(response);
  if (answer.url !== path) {
    throw new Error(`Asked for ${path}, answered for ${answer.url}`);
  }
  return answer.version;
}

/** Asks once on a connection of its own. */
export async function askFixture(target: Target, path = "/"): Promise<FixtureAnswer> {
  const connection = await openConnection(target);
  try {
    return parseFixtureAnswer(
      await connection.ask(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
    );
  } finally {
    connection.close();
  }
}
