import type { LaunchRecipe } from "../../shared/appConfig.ts";

/** Milliseconds between two tries of `readyUrl`. */
const retryMs = 100;

export interface Readiness {
  /** A server of the worker listens. */
  listening(): void;
  /** The app said something over `process.send`. */
  appMessage(message: unknown): void;
  stop(): void;
}

export interface ReadinessOptions {
  readonly recipe: Pick<LaunchRecipe, "waitReady" | "readyUrl" | "readyTimeout">;
  readonly ready: () => void;
  /** Told the reason; called at most once, and not after `ready`. */
  readonly late: (code: "notReady" | "readyUrlFailed", reason: string) => void;
  /** Asks this worker for the URL; resolves with the status code. */
  readonly ask: (url: URL) => Promise<number>;
}

/**
 * Decides when a worker is ready: at its first `listening`; with `waitReady` when the app sends `ready`; with `readyUrl`
 * when, after that, the address answers 2xx or 3xx. Whichever it is, within `readyTimeout`.
 */
export function watchReadiness(options: ReadinessOptions): Readiness {
  const { recipe, ready, late, ask } = options;
  const { readyUrl, waitReady, readyTimeout } = recipe;
  let over = false;
  let lastAnswer = "";
  let asking = false;

  const stop = (): void => {
    over = true;
    clearTimeout(deadline);
  };
  const deadline = setTimeout(() => {
    if (!over) {
      stop();
      late(...lateReason());
    }
  }, readyTimeout);

  const lateReason = (): ["notReady" | "readyUrlFailed", string] => {
    if (asking) {
      return [
        "readyUrlFailed",
        `${readyUrl} did not answer 2xx or 3xx within ${readyTimeout} ms (readyTimeout); last answer: ${lastAnswer}.`,
      ];
    }
    const missing = waitReady ? "The app did not call process.send('ready')" : "The app did not listen on any port";
    const hint = waitReady ? "" : " If it is no server, let it call process.send('ready') and set waitReady.";
    return ["notReady", `${missing} within ${readyTimeout} ms (readyTimeout).${hint}`];
  };

  const succeed = (): void => {
    if (!over) {
      stop();
      ready();
    }
  };

  const askUntilReady = async (url: string): Promise<void> => {
    asking = true;
    lastAnswer = "none";
    while (!over) {
      try {
        const status = await ask(new URL(url));
        lastAnswer = `status ${status}`;
        if (status >= 200 && status < 400) {
          succeed();
          return;
        }
      } catch (error) {
        lastAnswer = error instanceof Error ? error.message : String(error);
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  };

  const begin = (): void => {
    if (readyUrl === undefined) {
      succeed();
    } else if (!asking && !over) {
      void askUntilReady(readyUrl);
    }
  };

  return {
    listening: () => {
      if (!waitReady) {
        begin();
      }
    },
    appMessage: (message) => {
      if (waitReady && message === "ready") {
        begin();
      }
    },
    stop,
  };
}
