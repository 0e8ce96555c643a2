import type { RehearsalPlan } from "../rehearsalPlan.ts";

/** Where the clients connect to: a port of this machine, or the path of a Unix socket. */
export interface RehearsalTarget {
  /** As the app has it, such as `http://127.0.0.1:3000`. */
  readonly address: string;
  /** What goes into URLs and `Host`; of a Unix socket `localhost`. */
  readonly origin: string;
  readonly isTls: boolean;
  readonly socketPath?: string;
}

/** What happens to the load; times are of `performance.now()`. */
export interface LoadEvents {
  /** A whole and right answer came; without a time when that would be the one that it takes to connect at first. */
  answered(dueAt: number | undefined): void;
  failed(what: string, why: string): void;
  /** The server says that it has not begun with it: it is safe to repeat, which is left to who asks. */
  refused(): void;
  /** A connection was ended by the server, or broke. */
  reopened(what: string, why: string): void;
}

/** One connection, on which one request at a time is under way. Nothing is ever asked twice. */
export interface LoadConnection {
  /** Asks, and tells the outcome before it resolves; never rejects. */
  ask(path: string, dueAt: number): Promise<void>;
  /** Ends what is under way too: its `ask` resolves. */
  close(): void;
}

export type OpenLoadConnection = (target: RehearsalTarget, plan: RehearsalPlan, events: LoadEvents) => LoadConnection;

/** An answer that does not come within so many milliseconds has failed. */
export const answerDeadlineMs = 30_000;

/** The reason of an error in few words, such as `ECONNRESET`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}

/** Whether a status counts as right. */
export function isRightStatus(status: number, expect: number | undefined): boolean {
  return expect === undefined ? status < 400 : status === expect;
}
