import { replayEvents } from "../../client/connection/replayEvents.ts";
import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { figuresOf, leastRateMs, lookingMs, type WorkerFigures } from "../../shared/facts/pulseFigures.ts";
import type { Endpoint } from "../../shared/launch.ts";
import type { SupervisorEvent } from "../../shared/logs.ts";
import type { RenewalReport } from "../../shared/report.ts";

/** Milliseconds between two looks at which apps run and what their workers use. */
const everyMs = 2_000;

/** Events of an app that are kept for the screen. */
const eventsShown = 50;

/** An app that runs, as far as it answers. */
export interface MonitApp {
  /** Also tells apps apart: it is never used twice while the dashboard is open. */
  readonly endpoint: Endpoint;
  /** Absent while its supervisor does not answer. */
  readonly client?: SupervisorClient;
  /** Why it does not answer. */
  readonly problem?: string;
  /** Oldest first. */
  readonly events: readonly SupervisorEvent[];
  readonly report?: RenewalReport;
  /** By the worker's id; of those that have been measured twice and answer. */
  readonly figures: ReadonlyMap<number, WorkerFigures>;
}

/** Of a client, what the dashboard asks. */
export interface MonitSource {
  /** The supervisors that run, oldest first. */
  list(): Promise<readonly Endpoint[]>;
  connect(endpoint: Endpoint): Promise<SupervisorClient>;
  /** Pid of the only supervisor that is shown; absent: all. */
  readonly only?: number;
}

interface Known {
  app: MonitApp;
  readonly takenAt: Map<number, number>;
  connecting: boolean;
  /** It was being stopped when its supervisor was last heard. */
  stopping: boolean;
}

/** Told of an app that is not there any more. */
export type OnGone = (app: Endpoint, wasStopped: boolean) => void;

/** Follows all apps that run, or one: connects to those that come, lets go of those that end, and measures their workers. */
export class MonitApps implements Disposable {
  readonly #source: MonitSource;
  readonly #changed: () => void;
  readonly #gone: OnGone;
  readonly #known = new Map<number, Known>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #problem: string | undefined;
  #disposed = false;

  /**
   * @param changed Called whenever something is to be drawn anew.
   * @param gone Called for each app whose supervisor is not there any more, unless another one goes on with the app.
   */
  constructor(source: MonitSource, changed: () => void, gone: OnGone) {
    this.#source = source;
    this.#changed = changed;
    this.#gone = gone;
  }

  get all(): readonly MonitApp[] {
    return [...this.#known.values()].map(({ app }) => app);
  }

  /** Why it is not known which apps run, as when a machine does not answer. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Begins; resolves after the first look. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.#look(), everyMs);
    await this.#look();
  }

  dispose(): void {
    this.#disposed = true;
    clearInterval(this.#timer);
    for (const { app } of this.#known.values()) {
      app.client?.dispose();
    }
    this.#known.clear();
  }

  async #look(): Promise<void> {
    if (this.#looking) {
      return;
    }
    this.#looking = true;
    try {
      const { only } = this.#source;
      const endpoints = (await this.#source.list()).filter(({ pid }) => only === undefined || pid === only);
      this.#problem = undefined;
      this.#keepOnly(endpoints);
      await Promise.all(endpoints.map((endpoint) => this.#visit(endpoint)));
    } catch (error) {
      this.#problem = messageOf(error);
    } finally {
      this.#looking = false;
    }
    if (!this.#disposed) {
      this.#changed();
    }
  }

  #keepOnly(endpoints: readonly Endpoint[]): void {
    for (const [pid, { app, stopping }] of this.#known) {
      if (!endpoints.some((one) => one.pid === pid)) {
        app.client?.dispose();
        this.#known.delete(pid);
        const { name, root } = app.endpoint;
        if (!endpoints.some((one) => one.name === name && one.root === root)) {
          this.#gone(app.endpoint, stopping);
        }
      }
    }
  }

  async #visit(endpoint: Endpoint): Promise<void> {
    const known: Known = this.#known.get(endpoint.pid) ?? {
      app: { endpoint, events: [], figures: new Map() },
      takenAt: new Map(),
      connecting: false,
      stopping: false,
    };
    this.#known.set(endpoint.pid, known);
    if (known.app.client === undefined) {
      await this.#connect(known);
    } else {
      // One that is slow delays neither the others nor what it tells by itself.
      void this.#measure(known, known.app.client);
    }
  }

  async #connect(known: Known): Promise<void> {
    if (known.connecting) {
      return;
    }
    known.connecting = true;
    const { endpoint } = known.app;
    try {
      const client = await this.#source.connect(endpoint);
      if (this.#disposed || this.#known.get(endpoint.pid) !== known) {
        client.dispose();
        return;
      }
      known.app = { endpoint, client, events: [], figures: new Map() };
      this.#follow(known, client);
      void this.#measure(known, client);
    } catch (error) {
      known.app = { endpoint, problem: messageOf(error), events: [], figures: new Map() };
    } finally {
      known.connecting = false;
    }
  }

  #follow(known: Known, client: SupervisorClient): void {
    const change = (changes: Partial<MonitApp>) => {
      if (known.app.client === client) {
        known.app = { ...known.app, ...changes };
        this.#changed();
      }
    };
    client.onDidSnapshot(({ app: { state } }) => {
      known.stopping = state === "stopping" || state === "stopped";
      change({});
    });
    client.onDidReport((report) => change({ report }));
    replayEvents(client, (event) => change({ events: [...known.app.events, event].slice(-eventsShown) }));
    client.request("app/reports", {}).then(
      ({ reports: [newest] }) => {
        if (newest !== undefined && known.app.report === undefined) {
          change({ report: newest });
        }
      },
      // The end of the connection is told below.
      () => undefined,
    );
    client.onDidClose(() => {
      const { endpoint, events } = known.app;
      known.app = { endpoint, events, problem: "its supervisor has closed the connection", figures: new Map() };
      if (!this.#disposed) {
        void this.#look();
      }
    });
  }

  async #measure(known: Known, client: SupervisorClient): Promise<void> {
    const asked = client.snapshot.workers.filter(
      ({ state, health, paused }) => state === "ready" && health === "responsive" && paused === undefined,
    );
    const answers = await Promise.all(
      asked.map(async ({ id }) => {
        const pulse = await client.request("layers/pulse", { worker: id }).catch(() => undefined);
        const before = known.takenAt.get(id);
        const at = performance.now();
        if (pulse === undefined || (before !== undefined && at - before < leastRateMs)) {
          return undefined;
        }
        known.takenAt.set(id, at);
        // What comes after a pause is of the worker's whole life.
        return before !== undefined && at - before < lookingMs ? ([id, figuresOf(pulse)] as const) : undefined;
      }),
    );
    if (known.app.client === client) {
      known.app = { ...known.app, figures: new Map(answers.filter((answer) => answer !== undefined)) };
      this.#changed();
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
