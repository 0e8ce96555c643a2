import type { LaunchRecipe } from "../../shared/appConfig.ts";
import { Deadline } from "../process/deadline.ts";
import { openWaitNotice, type WaitNotice } from "./notices/waitNotice.ts";

/** Milliseconds between two tries of `readyUrl`, or to reach what the worker listens on. */
const retryMs = 100;

/** An app that is no server is ready when it has stayed up for `minReady`, and at least for this many milliseconds. */
const leastUptimeMs = 1_000;

/** So often it is tried to reach a server that came after the worker was ready, before somebody is told. */
const laterTries = 10;

export interface Readiness {
  /** Its process runs, and the app's first line is next. */
  running(): void;
  /** A server of the worker listens. */
  listening(): void;
  /** One has closed; `left` others listen. */
  closed(left: number): void;
  /** The app said something over `process.send`. */
  appMessage(message: unknown): void;
  /** A debugger has stopped the worker at that moment: its deadline stands still. */
  hold(since: number): void;
  /** It goes on. */
  release(): void;
  stop(): void;
}

export interface ReadinessOptions {
  readonly recipe: Pick<LaunchRecipe, "server" | "waitReady" | "readyUrl" | "warmup" | "readyTimeout" | "minReady">;
  readonly ready: () => void;
  /** It was ready, because it listened, and listens nowhere any more: it is as one that starts. */
  readonly unready: () => void;
  /** Told the reason; called at most once, and only while it is not ready. */
  readonly late: (code: "notReady" | "readyUrlFailed", reason: string) => void;
  /** Told after 2 s what it is not ready for, and again when that is something else. */
  readonly waits?: (what: string) => void;
  /** Asks this worker for the URL; resolves with the status code. */
  readonly ask: (url: URL) => Promise<number>;
  /** Asks this worker for each path; resolves when that is done, however it went, after a limited time. */
  readonly warmUp: (paths: readonly string[]) => Promise<void>;
  /** Whether clients can connect where it listens; resolves with what is wrong. */
  readonly reach: () => Promise<string | undefined>;
  /** Calls `act`, at once or when that is found out, unless a debugger has stopped the worker. */
  readonly unlessPaused: (act: () => void) => void;
  /** Told what is wrong with a server that came after the worker was ready, to which nobody could connect for a second. */
  readonly unreachable?: (what: string) => void;
}

/**
 * Decides when a worker is ready: at its first `listening`, if clients can connect there; with `waitReady` when the app sends
 * `ready`; without `server` when it has stayed up; with `readyUrl` when, after that, the address answers 2xx or 3xx. Whichever it is, within `readyTimeout`; then it is asked for the paths of `warmup`. A worker
 * that is ready because it listens, and closes its last server, has `readyTimeout` again to listen.
 */
export function watchReadiness(options: ReadinessOptions): Readiness {
  const { recipe, ready, unready, late, ask, warmUp, reach, waits, unreachable } = options;
  const { server, readyUrl, waitReady, readyTimeout, minReady } = recipe;
  /** What is left to be asked for before it is ready. */
  const cold = [...(recipe.warmup ?? [])];
  let isWarming = false;
  /** Whether what listens has a say. */
  const byListening = server && !waitReady;
  let state: "waiting" | "proving" | "ready" | "over" = "waiting";
  /** How often a server has begun to listen. */
  let listened = 0;
  /** Rises when what is being proven has become void. */
  let proof = 0;
  let problem: Problem | undefined;
  const deadline = new Deadline(options.unlessPaused);
  const uptime = new Deadline(options.unlessPaused);
  let notice: WaitNotice | undefined;

  const startClock = (): void => {
    stopClock();
    notice = openWaitNotice(missing, (what) => waits?.(what));
    deadline.start(readyTimeout, () => {
      const [code, reason] = lateReason();
      stop();
      late(code, reason);
    });
  };
  const stopClock = (): void => {
    deadline.stop();
    notice?.stop();
  };
  const stop = (): void => {
    state = "over";
    stopClock();
    uptime.stop();
  };
  /** How the sentence begins that says what keeps it from being ready. */
  const missing = (): string => {
    if (state === "proving" && problem !== undefined) {
      return `${problem.what} yet${problem.last}`;
    }
    if (waitReady) {
      return "the app has not called process.send('ready') yet";
    }
    return server ? "the app does not listen on any port yet" : "its process has not begun to run the app yet";
  };

  const lateReason = (): ["notReady" | "readyUrlFailed", string] => {
    const within = `within ${readyTimeout} ms (readyTimeout)`;
    if (state === "proving" && problem !== undefined) {
      return [problem.code, `${problem.what} ${within}${problem.last}.`];
    }
    if (listened > 0 && byListening) {
      return ["notReady", `The app closed its server and did not listen on any port again ${within}.`];
    }
    if (!server && !waitReady) {
      return ["notReady", `The process of the worker did not begin to run the app ${within}.`];
    }
    const lacking = waitReady ? "The app did not call process.send('ready')" : "The app did not listen on any port";
    const hint = waitReady ? "" : " If it is no server, set server to false.";
    return ["notReady", `${lacking} ${within}.${hint}`];
  };

  /** What keeps it from being ready. */
  const look = async (isVoid: () => boolean): Promise<Problem | undefined> => {
    const unreachable = await reach();
    if (unreachable !== undefined) {
      return { code: "notReady", what: "The app listens, but nobody could connect", last: `: ${unreachable}` };
    }
    if (readyUrl === undefined || isVoid()) {
      return undefined;
    }
    const answer = await Promise.resolve(readyUrl)
      .then((url) => ask(new URL(url)))
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (typeof answer === "number" && answer >= 200 && answer < 400) {
      return undefined;
    }
    return badAnswer(readyUrl, typeof answer === "number" ? `status ${answer}` : answer);
  };

  const prove = async (): Promise<void> => {
    proof += 1;
    const own = proof;
    state = "proving";
    problem = readyUrl === undefined ? undefined : badAnswer(readyUrl, "none");
    const isVoid = (): boolean => proof !== own || state !== "proving";
    while (!isVoid()) {
      const seen = listened;
      const found = await look(isVoid);
      if (isVoid()) {
        return;
      }
      if (found === undefined) {
        if (cold.length > 0) {
          // It could serve: how long the first answers take is no reason to fail.
          stopClock();
          isWarming = true;
          await warmUp(cold.splice(0));
          if (isVoid()) {
            return;
          }
          isWarming = false;
        }
        state = "ready";
        stopClock();
        ready();
        if (listened > seen) {
          void lookLater();
        }
        return;
      }
      problem = found;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  };
  const begin = (): void => {
    if (state === "waiting") {
      void prove();
    }
  };

  const lookLater = async (): Promise<void> => {
    let found = await reach();
    for (let tries = 1; found !== undefined && state === "ready" && tries < laterTries; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      found = await reach();
    }
    if (found !== undefined && state === "ready") {
      unreachable?.(found);
    }
  };

  startClock();
  return {
    running() {
      if (server || waitReady || state !== "waiting") {
        return;
      }
      // The time that it is to stay up is none that it takes to become ready.
      stopClock();
      uptime.start(Math.max(minReady, leastUptimeMs), () => {
        if (state === "waiting") {
          startClock();
          begin();
        }
      });
    },
    listening() {
      listened += 1;
      if (state === "ready") {
        void lookLater();
      } else if (byListening) {
        begin();
      }
    },
    closed(left) {
      if (!byListening || left > 0 || state === "over") {
        return;
      }
      const was = state;
      state = "waiting";
      proof += 1;
      if (was === "ready") {
        startClock();
        unready();
      } else if (isWarming) {
        isWarming = false;
        startClock();
      }
    },
    appMessage(message) {
      if (waitReady && message === "ready") {
        begin();
      }
    },
    hold(since) {
      deadline.hold(since);
      uptime.hold(since);
    },
    release() {
      deadline.release();
      uptime.release();
    },
    stop,
  };
}

interface Problem {
  readonly code: "notReady" | "readyUrlFailed";
  readonly what: string;
  /** The rest of the sentence, after how long it was tried. */
  readonly last: string;
}

function badAnswer(url: string, answer: string): Problem {
  return { code: "readyUrlFailed", what: `${url} did not answer 2xx or 3xx`, last: `; last answer: ${answer}` };
}
