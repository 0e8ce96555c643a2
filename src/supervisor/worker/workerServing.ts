import type { Failure } from "../../shared/failure.ts";
import type { ToWorkerBody } from "../../shared/workerMessages.ts";
import { steadyNow } from "../clock.ts";
import { describeElsewhere } from "../listening/listensElsewhere.ts";
import { exactPlace, type ListeningServer } from "./addresses.ts";
import { type Readiness, type ReadinessOptions, watchReadiness } from "./readiness.ts";
import { portOf, WorkerServers } from "./workerServers.ts";

export interface WorkerServingOptions extends Pick<ReadinessOptions, "recipe" | "ask" | "reach" | "unlessPaused"> {
  /** Asks it for each path; resolves with what is wrong with which. */
  readonly warmUp: (paths: readonly string[]) => Promise<readonly string[]>;
  /** What messages call the worker. */
  readonly name: string;
  readonly id: number;
  readonly pid: number;
  readonly acceptor: {
    /** Whether it listens on this port for the workers. */
    listensOn(port: number): boolean;
    /** Whether a connection from this machine waits where this worker listens. */
    hasWaitingFromHere(id: number): boolean;
    /** Whether this worker only believes that it listens at the address of a server's key: another one of the app is in the way. */
    deceives(id: number, key: string): boolean;
  };
  readonly send: (body: ToWorkerBody) => boolean;
  /** Whether it is meant to serve: it lives, and was not told to go. */
  readonly isMeantToServe: () => boolean;
  readonly isDismissed: () => boolean;
  /** Whether the process has ended. */
  readonly isDead: () => boolean;
  readonly warn: (code: string, message: string) => void;
  readonly tell: (code: string, what: string) => void;
  /** What a debugger has stopped it for, in words; `undefined` if none has. */
  readonly describePause: () => string | undefined;
  /** One more of its servers listens, or one has closed. */
  readonly listening: () => void;
  readonly ready: () => void;
  /** It was ready and listens nowhere any more. */
  readonly unready: () => void;
  /** It is alive but not ready in time. */
  readonly notReady: (code: Failure["code"], reason: string) => void;
}

/**
 * A server that nobody in the app attends to may look whether a port is free, or be told later what to do. It is asked again after
 * so many milliseconds, so often; then it counts, for it may be there for nothing else than to have the port.
 */
const askAgainMs = 50;
const mostAskings = 40;

/** A worker that serves elsewhere lives on while one of its servers is blocked: it is looked so often whether it still is, in milliseconds. */
const askLateMs = 500;

const asksItself =
  "Meanwhile a connection from this machine waited at its address: if it is the app's own, the app must not wait for its answer, since clients are served only when it is ready.";

/** Where one worker listens, and whether and since when it is ready. */
export class WorkerServing {
  readonly servers = new WorkerServers();
  readonly readiness: Readiness;
  /** On the monotonic clock; `undefined` while it is not ready. */
  readyAt: number | undefined;
  /** Whether it was ready once, though it may not be now. */
  wasReady = false;
  /** Whether clients could reach it, if only for a while. */
  wasReachable = false;
  readonly #options: WorkerServingOptions;

  constructor(options: WorkerServingOptions) {
    const { recipe, ask, reach, unlessPaused } = options;
    this.#options = options;
    this.readiness = watchReadiness({
      recipe,
      ask,
      reach,
      unlessPaused,
      warmUp: (paths) => this.#warmUp(paths),
      ready: () => this.markReady(),
      unready: () => this.#markUnready(),
      late: (code, message) => this.#markLate(code, message),
      waits: (what) => options.tell("notReadyYet", `is not ready: ${options.describePause() ?? what}`),
      unreachable: (what) => options.warn("unreachable", `${options.name} listens, but nobody could connect: ${what}`),
    });
  }

  /** Whether it was ready, or listens. */
  get hasListened(): boolean {
    return this.wasReady || this.servers.size > 0;
  }

  /** A server began to listen; it counts once the worker has said that it still does. */
  announce(key: string, server: ListeningServer, tried: readonly (number | string)[]): void {
    this.servers.announce(key, server, tried);
    this.#options.send({ type: "listens", server: key });
  }

  /**
   * A server that was announced still listens.
   * @param attended Whether the app has a listener for what comes there: without one it does not count at first.
   */
  confirm(key: string, attended: boolean): void {
    const server = this.servers.announced(key);
    if (server === undefined) {
      return;
    }
    const { id, name, acceptor, isDead, notReady, warn } = this.#options;
    const isBlocked = acceptor.deceives(id, key);
    const counts = attended && !isBlocked;
    const asked = counts ? 0 : this.servers.countAsking(key);
    if (!counts && (isBlocked || asked < mostAskings)) {
      setTimeout(
        () => {
          if (this.servers.announced(key) === server && this.#options.isMeantToServe()) {
            this.#options.send({ type: "listens", server: key });
          }
        },
        asked < mostAskings ? askAgainMs : askLateMs,
      );
    }
    if (!counts && asked < mostAskings) {
      return;
    }
    if (isBlocked) {
      if (asked === mostAskings && !isDead()) {
        notReady(
          "portInUse",
          `The app listens on ${exactPlace(key)}, while its other workers listen on another address of the same port; both can't be open at once. If the address has changed, use a restart.`,
        );
      }
      return;
    }
    if (!attended) {
      const since = `it counts as listening since that has not changed in ${(mostAskings * askAgainMs) / 1_000} s`;
      warn(
        "unattended",
        `${name} listens on ${exactPlace(key)}, but nothing in the app takes connections there; ${since}`,
      );
    }
    this.add(key, server);
  }

  /** One more of its servers listens. */
  add(key: string, server: ListeningServer): void {
    const port = portOf(key);
    this.wasReachable ||= port !== undefined && !this.#options.acceptor.listensOn(port);
    this.servers.add(key, server);
    this.readiness.listening();
    this.#options.listening();
  }

  /** A server listens no more. */
  remove(key: string): void {
    this.servers.retract(key);
    if (!this.#options.isDismissed() && this.servers.remove(key)) {
      this.readiness.closed(this.servers.size);
      this.#options.listening();
    }
  }

  markReady(): void {
    if (this.readyAt === undefined && this.#options.isMeantToServe()) {
      this.readyAt = steadyNow();
      this.wasReady = true;
      this.#options.ready();
    }
  }

  /** It listens nowhere any more, so it counts as one that starts until it does. */
  #markUnready(): void {
    const { name, recipe, isDismissed, warn, unready } = this.#options;
    if (this.readyAt !== undefined && !isDismissed()) {
      this.readyAt = undefined;
      const wait = `it has ${recipe.readyTimeout} ms (readyTimeout) to listen again`;
      warn("unready", `${name} has closed its last server; ${wait}`);
      unready();
    }
  }

  async #warmUp(paths: readonly string[]): Promise<void> {
    const { name, warmUp, warn } = this.#options;
    const problems = await warmUp(paths);
    if (problems.length > 0 && this.#options.isMeantToServe()) {
      warn("warmup", `${name} was not warmed up by all paths (warmup): ${problems.join(", ")}`);
    }
  }

  #markLate(code: Failure["code"], message: string): void {
    const { id, pid, acceptor, isDead, notReady } = this.#options;
    const tell = (reason: string): void => {
      if (!isDead()) {
        notReady(code, reason);
      }
    };
    if (code === "notReady" && this.servers.size === 0 && !isDead()) {
      describeElsewhere({ pid, servers: this.servers.all }, (elsewhere) =>
        tell(elsewhere === undefined ? message : `${message} ${elsewhere}`),
      );
    } else if (this.servers.size > 0 && acceptor.hasWaitingFromHere(id)) {
      tell(`${message} ${asksItself}`);
    } else {
      tell(message);
    }
  }
}
