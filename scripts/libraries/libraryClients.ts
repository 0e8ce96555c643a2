import { get } from "node:http";
import { runHttp2, type Tally } from "../../test/support/process/protocolClients.ts";
import { type StrictClientOptions, startStrictClient } from "../../test/support/process/strictClient.ts";
import { poll } from "../../test/support/process/until.ts";
import type { Protocol } from "./libraryTable.ts";

export interface Counts {
  readonly requests: number;
  readonly failed: number;
  readonly reopened: number;
}

/** Clients that ask on and on, and ask nothing twice. */
export interface LibraryClient {
  counts(): Counts;
  /** What happened to the first that failed. */
  failures(): readonly string[];
  /** Resolves when so many further answers have come. */
  answered(count: number): Promise<void>;
  stop(): Promise<void>;
}

const connectionsEach = 30;
/** So many of those ask for answers that take a while. */
const slowOf = 10;
const slowPath = "/slow/30";

const headerV1 = "PROXY TCP4 203.0.113.7 127.0.0.1 40000 80\r\n";
/** The same in the binary form: signature, version and command, family, length, addresses, ports. */
const headerV2 = Buffer.from("0d0a0d0a000d0a515549540a2111000ccb0071077f0000019c400050", "hex");

/** Thirty connections with GET and thirty with POST; of HTTP/2 and event streams ten with GET. */
export function startClients(protocol: Protocol, port: number): Promise<readonly LibraryClient[]> {
  switch (protocol) {
    case "HTTP":
      return startStrict({ target: { port } });
    case "HTTPS":
      return startStrict({ target: { port, tls: true } });
    case "PROXY v1":
      return startStrict({ target: { port, preamble: headerV1 } });
    case "PROXY v2":
      return startStrict({ target: { port, preamble: headerV2 } });
    case "HTTP/2":
      return Promise.resolve(Array.from({ length: 10 }, () => startHttp2(port)));
    case "event streams":
      return Promise.resolve(Array.from({ length: 10 }, () => readEvents(port)));
  }
}

function startStrict(options: Pick<StrictClientOptions, "target">): Promise<LibraryClient[]> {
  return Promise.all(
    (["GET", "POST"] as const).flatMap((method) => [
      strict({ ...options, method, connections: connectionsEach - slowOf }),
      strict({ ...options, method, connections: slowOf, path: slowPath }),
    ]),
  );
}

async function strict(options: StrictClientOptions): Promise<LibraryClient> {
  const client = await startStrictClient(options);
  return {
    counts: () => client.counts,
    failures: () => client.counts.failures,
    answered: (count) => client.untilAnswers("any", count),
    async stop() {
      await client.stop();
    },
  };
}

function startHttp2(port: number): LibraryClient {
  const tally: Tally = { asked: 0, failed: 0, again: 0, closed: 0, failures: [] };
  let over = false;
  const running = runHttp2(`https://127.0.0.1:${port}`, tally, () => over);
  return {
    counts: () => ({ requests: tally.asked, failed: tally.failed, reopened: tally.closed }),
    failures: () => tally.failures,
    answered(count) {
      const before = tally.asked - tally.failed;
      return poll(`${count} answers came`, () => tally.asked - tally.failed >= before + count);
    },
    async stop() {
      over = true;
      await running;
    },
  };
}

/** Reads one stream of events after the other. One that does not end after a whole event, by the end of its response, has failed. */
function readEvents(port: number): LibraryClient {
  const failures: string[] = [];
  const counts = { requests: 0, failed: 0, reopened: 0 };
  let events = 0;
  let stopped = false;
  const fail = (error: Error): void => {
    if (!stopped) {
      counts.failed += 1;
      failures.push(error.message);
      setTimeout(open, 10);
    }
  };
  let current: ReturnType<typeof get> | undefined;
  const open = (): void => {
    counts.requests += 1;
    const request = get({ host: "127.0.0.1", port, path: "/events", agent: false }, (response) => {
      let tail = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        events += text.split("\n\n").length - 1;
        tail = `${tail}${text}`.slice(-2);
      });
      response.on("error", fail);
      response.on("end", () => {
        if (tail === "\n\n") {
          counts.reopened += 1;
          open();
        } else {
          fail(new Error("It ended within an event."));
        }
      });
    });
    request.on("error", fail);
    current = request;
  };
  open();
  return {
    counts: () => counts,
    failures: () => failures,
    answered(count) {
      const before = events;
      return poll(`${count} events came`, () => events >= before + count);
    },
    async stop() {
      stopped = true;
      current?.destroy();
    },
  };
}
