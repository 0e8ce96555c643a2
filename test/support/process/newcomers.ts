import { connect } from "node:net";
import type { Loss } from "./honesty.ts";
import { patience } from "./notHere/wine.ts";
import { createResponseReader, type WholeResponse } from "./responseReader.ts";
import type { Target } from "./strictConnection.ts";
import { poll } from "./until.ts";

/** After a refused connection the next one is tried this much later, in milliseconds. */
const afterRefusalMs = 5;

/** A connection that is neither answered nor ended by then counts as failed. Longer than the kernel takes to knock again. */
const answerDeadlineMs = 30_000 * patience;

/** Failures that are described; all are counted. */
const failuresDescribed = 20;

export interface NewcomerCounts {
  /** Whole answers by status. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Connections that were not made: whoever comes through a balancer is sent elsewhere. */
  readonly refused: number;
  /** Connections that were made, and reset, closed or left without an answer: nobody knows what became of the request. */
  readonly failed: number;
  readonly failures: readonly string[];
}

/** Clients that come with a connection of their own for each request, as a proxy without keep-alive does. */
export interface Newcomers {
  readonly counts: NewcomerCounts;
  /** Waits until so many further answers of this status have come. */
  untilAnswers(status: number, count: number): Promise<void>;
  /** Lets the requests under way be answered and tells the counts. */
  stop(): Promise<NewcomerCounts>;
}

export interface NewcomersOptions {
  readonly target: Target;
  /** How many ask at the same time, each one request after the other. */
  readonly clients: number;
  /** Told of each answer; throws when it is wrong. */
  readonly look?: (response: WholeResponse) => void;
  /** Milliseconds between an answer and the next connection; default 0. */
  readonly thinkMs?: number;
  /** Told of each request that was refused or has failed. */
  readonly lost?: (loss: Loss) => void;
}

/** The request has a body, as one has that no proxy may send twice. */
const request = "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi";

export function startNewcomers({ target, clients, look, thinkMs = 0, lost }: NewcomersOptions): Newcomers {
  const statuses: Record<number, number> = {};
  const failures: string[] = [];
  const counts = { statuses, refused: 0, failed: 0, failures };
  let stopping = false;

  const comeOnce = async (): Promise<boolean> => {
    const begunAt = Date.now();
    try {
      const response = await askOnce(target);
      look?.(response);
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
      return true;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      lost?.({ begunAt, lostAt: Date.now(), message });
      if (code === "ECONNREFUSED" || code === "ENOENT") {
        counts.refused += 1;
      } else {
        counts.failed += 1;
        failures.push(message);
        failures.splice(failuresDescribed);
      }
      return code !== "ECONNREFUSED" && code !== "ENOENT";
    }
  };
  const comeOn = async (): Promise<void> => {
    while (!stopping) {
      const waitMs = (await comeOnce()) ? thinkMs : afterRefusalMs;
      if (waitMs > 0) {
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  };
  const running = Promise.all(Array.from({ length: clients }, comeOn));
  return {
    counts,
    untilAnswers(status, count) {
      const before = statuses[status] ?? 0;
      return poll(
        () => `${count} answers of status ${status} came (there were ${JSON.stringify(counts)})`,
        () => (statuses[status] ?? 0) >= before + count,
      );
    },
    async stop() {
      stopping = true;
      await running;
      return counts;
    },
  };
}

function askOnce(target: Target): Promise<WholeResponse> {
  return new Promise((resolve, reject) => {
    const reader = createResponseReader();
    const socket = "port" in target ? connect(target.port, target.host ?? "127.0.0.1") : connect(target.path);
    const fail = (error: Error): void => {
      reject(error);
      socket.destroy();
    };
    socket.setNoDelay(true);
    socket.setTimeout(answerDeadlineMs, () => fail(new Error(`neither answered nor ended in ${answerDeadlineMs} ms`)));
    socket.on("connect", () => socket.write(request));
    socket.on("data", (bytes: Buffer) => {
      try {
        const response = reader.push(bytes);
        if (response !== undefined) {
          resolve(response);
          socket.destroy();
        }
      } catch (error) {
        fail(error as Error);
      }
    });
    socket.on("error", fail);
    socket.on("end", () => fail(new Error(`closed ${reader.begun ? "within" : "before"} the answer`)));
  });
}
