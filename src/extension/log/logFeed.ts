import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { RequestResult } from "../../shared/protocol.ts";

/** Gives a feed the connection of its app, which comes and goes. */
export interface FeedSource {
  readonly client: SupervisorClient | undefined;
  readonly onDidChange: (listener: () => void) => Disposable;
}

export interface FeedOptions {
  readonly source: FeedSource;
  readonly worker?: number;
  /** Called with each new supervisor; its last lines are read first. */
  readonly onConnected: (client: SupervisorClient) => void;
  readonly onRead: (result: RequestResult<"logs/read">) => void;
  readonly onDisconnected: () => void;
}

/** Earlier lines shown at first. */
const firstLines = 500;
const firstBytes = 262_144;
const readBytes = 65_536;
/** Milliseconds the supervisor waits for output before it answers with none. */
const waitMs = 25_000;
/**
 * Milliseconds between two reads: with 64 KiB each at most 1 MB/s reaches the window. A terminal of an extension has no
 * flow control (https://github.com/microsoft/vscode/issues/74620), so the surplus stays with the supervisor, and is
 * counted as skipped if dropped there.
 */
const paceMs = 60;

/** Reads the output of an app until disposed, one answer at a time, over any number of supervisors. */
export function startLogFeed(options: FeedOptions): Disposable {
  const stop = new AbortController();
  void run(options, stop.signal);
  return { dispose: () => stop.abort() };
}

async function run(options: FeedOptions, signal: AbortSignal): Promise<void> {
  const { source } = options;
  while (!signal.aborted) {
    const { client } = source;
    if (client === undefined) {
      await nextChange(source, signal);
    } else {
      options.onConnected(client);
      await readAll(client, options, signal);
      if (!signal.aborted) {
        options.onDisconnected();
        // The session notices the lost connection at about the same time.
        await (source.client === client ? nextChange(source, signal) : undefined);
      }
    }
  }
}

/** Reads until the connection is lost or the feed is disposed. */
async function readAll(client: SupervisorClient, options: FeedOptions, signal: AbortSignal): Promise<void> {
  const only = options.worker === undefined ? {} : { worker: options.worker };
  let cursor: number | undefined;
  while (!signal.aborted && !client.closed) {
    const params =
      cursor === undefined ? { lines: firstLines, maxBytes: firstBytes } : { cursor, waitMs, maxBytes: readBytes };
    try {
      const result = await client.request("logs/read", { ...params, ...only }, { signal });
      if (signal.aborted) {
        return;
      }
      cursor = result.cursor;
      options.onRead(result);
    } catch {
      // Whatever it was, the next read shows whether the connection is still alive.
    }
    await pause(paceMs, signal);
  }
}

function nextChange(source: FeedSource, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      listening.dispose();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const listening = source.onDidChange(finish);
    signal.addEventListener("abort", finish);
  });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    signal.addEventListener("abort", finish);
  });
}
