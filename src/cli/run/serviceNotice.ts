import { execFile } from "node:child_process";
import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { readyCount } from "../../shared/facts/snapshotFacts.ts";
import type { Snapshot } from "../../shared/snapshot.ts";
import { count } from "../terminal/units.ts";

/** Comes with systemd. Its socket is one for datagrams in the file system, of which Node.js has none. */
export const notifyProgram = "systemd-notify";

/** Milliseconds for one call of the helper. */
const callDeadlineMs = 10_000;

/** At most so many notices wait; what is older is out of date by then. */
const mostWaiting = 4;

export interface ServiceNotice {
  /** All workers are ready, for the first time. */
  ready(): void;
  /** Sends what waits, and nothing more. */
  end(): Promise<void>;
}

export interface ServiceNoticeOptions {
  readonly client: Pick<SupervisorClient, "snapshot" | "onDidSnapshot">;
  readonly environment: NodeJS.ProcessEnv;
  /** Told of a helper that can't be run or fails, once. */
  readonly trouble: (message: string) => void;
}

/** Tells the service manager that has started this process how the app is (sd_notify(3)); without one, nobody. */
export function openServiceNotice(options: ServiceNoticeOptions): ServiceNotice {
  const { client, environment, trouble } = options;
  if ((environment.NOTIFY_SOCKET ?? "") === "") {
    return { ready: () => undefined, end: () => Promise.resolve() };
  }
  const sender = createSender(environment, trouble);
  let phase: "starting" | "ready" | "reloading" | "stopping" = "starting";
  let status = "";
  const look = (snapshot: Snapshot): void => {
    const next = phaseOf(snapshot, phase);
    const words = statusOf(snapshot);
    if (phase === "starting" || (next === phase && words === status)) {
      return;
    }
    sender.send([...(next === phase ? [] : assignments[next]()), `STATUS=${words}`]);
    phase = next;
    status = words;
  };
  const following = client.onDidSnapshot(look);
  return {
    ready() {
      if (phase === "starting") {
        phase = "ready";
        status = statusOf(client.snapshot);
        sender.send([...assignments.ready(), `STATUS=${status}`]);
        look(client.snapshot);
      }
    },
    end() {
      following.dispose();
      return sender.idle();
    },
  };
}

type Phase = "ready" | "reloading" | "stopping";

const assignments: Readonly<Record<Phase, () => string[]>> = {
  ready: () => ["READY=1"],
  // systemd 253 pairs a reload with the moment at which it began.
  reloading: () => ["RELOADING=1", `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`],
  stopping: () => ["STOPPING=1"],
};

function phaseOf({ app, renewal }: Snapshot, before: Phase | "starting"): Phase {
  if (app.state === "stopping" || app.state === "stopped" || before === "stopping") {
    return "stopping";
  }
  return renewal === undefined ? "ready" : "reloading";
}

function statusOf(snapshot: Snapshot): string {
  const { state, desiredWorkers, generation } = snapshot.app;
  return `${state}, ${readyCount(snapshot)} of ${count(desiredWorkers, "worker")} ready, generation ${generation}`;
}

interface Sender {
  send(assignments: readonly string[]): void;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

/** Calls the helper once at a time, so that what is said last comes last. */
function createSender({ NOTIFY_SOCKET, PATH }: NodeJS.ProcessEnv, trouble: (message: string) => void): Sender {
  const waiting: (readonly string[])[] = [];
  let running: Promise<void> | undefined;
  let failed = false;
  const call = (words: readonly string[]): Promise<void> =>
    new Promise((resolve) => {
      const options = { env: { NOTIFY_SOCKET, PATH }, timeout: callDeadlineMs };
      execFile(notifyProgram, [...words], options, (error, _, stderr) => {
        if (error !== null && !failed) {
          failed = true;
          const why =
            "code" in error && error.code === "ENOENT" ? "it is not installed" : stderr.trim() || error.message;
          trouble(`${notifyProgram} could not tell the service manager ${words[0]}: ${why}`);
        }
        resolve();
      });
    });
  const run = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await call(next);
    }
    running = undefined;
  };
  return {
    send(words) {
      waiting.push(words);
      // Of two that wait, a mere status is dropped first.
      const idle = waiting.findIndex(([first]) => first?.startsWith("STATUS=") === true);
      if (waiting.length > mostWaiting) {
        waiting.splice(idle === -1 ? 0 : idle, 1);
      }
      running ??= run();
    },
    idle: () => running ?? Promise.resolve(),
  };
}
