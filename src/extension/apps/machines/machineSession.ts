import type { MachineConnection } from "../../../client/machines/machineConnection.ts";
import type { Machine } from "../../../client/machines/sshMachine.ts";
import type { Disposable } from "../../../shared/basics/disposable.ts";
import { createEmitter } from "../../../shared/basics/emitter.ts";
import { type ErrorCode, HitlessError, toHitlessError } from "../../../shared/errors.ts";
import type { Endpoint } from "../../../shared/launch.ts";
import type { MachineFacts } from "../../../shared/machines/machineProtocol.ts";
import { DisposableStore } from "../../platform/disposableStore.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import { appKey } from "../appKey.ts";
import { AppSession } from "../appSession.ts";
import type { SessionHost } from "../sessionHost.ts";
import type { RemoteMachineView } from "./remoteMachineView.ts";

/** Milliseconds between two looks at the apps of a machine; what they do is told by themselves. */
const lookMs = 10_000;

/** Milliseconds until a machine is tried again; doubles with each failure, up to the latter. */
const firstRetryMs = 15_000;
const lastRetryMs = 300_000;

/** What passes by itself. After anything else a person has to do something first, and servers ban who tries on and on. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["connectionLost", "deadline", "machineUnreachable"]);

/** Loaded when the first machine is looked at. */
type MachineAccess = typeof import("./openMachine.ts");

/**
 * One machine and the apps on it. It is connected while somebody looks, and stays so; a lost connection is made again only
 * while somebody looks.
 */
export class MachineSession implements Disposable {
  readonly machine: Machine;
  readonly key: string;
  readonly #host: SessionHost;
  readonly #changes = createEmitter<void>();
  readonly #owned = new DisposableStore();
  readonly #ending = new AbortController();
  /** Also of apps that have ended: an open log goes on with the next one of the same name. */
  readonly #sessions = new Map<string, AppSession>();
  #connection: MachineConnection | undefined;
  #facts: MachineFacts | undefined;
  #problem: HitlessError | undefined;
  #unreachable: RemoteMachineView["unreachable"] = [];
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #watched = false;

  constructor(machine: Machine, host: SessionHost) {
    this.machine = machine;
    this.key = machineKey(machine);
    this.#host = host;
  }

  readonly onDidChange = this.#changes.on;

  /** Those of running apps, and of those that ran when the connection was lost: what shows them goes on with them. */
  get known(): AppSession[] {
    return [...this.#sessions.values()].filter(
      ({ client, view }) => client !== undefined || view.snapshot !== undefined,
    );
  }

  get view(): RemoteMachineView {
    const { name, ssh, hitless } = this.machine;
    const { greeting, roundTripMs, clockOffsetMs } = this.#connection ?? {};
    const facts = this.#facts;
    const problem = this.#problem;
    return {
      key: this.key,
      name,
      ssh,
      ...(hitless !== undefined && { hitless }),
      state: this.#state,
      isOtherVersion: greeting !== undefined && greeting.version !== this.#host.version,
      apps: this.#running.map(({ view }) => view).sort((a, b) => a.name.localeCompare(b.name)),
      unreachable: this.#connection === undefined ? [] : this.#unreachable,
      ...(greeting !== undefined &&
        facts !== undefined && {
          facts: {
            ...{ version: greeting.version, nodeVersion: greeting.nodeVersion },
            ...{ hostname: facts.hostname, user: facts.user, platform: facts.platform, cores: facts.cores },
            ...{ roundTripMs: roundTripMs ?? 0, clockOffsetMs: clockOffsetMs ?? 0 },
          },
        }),
      ...(problem !== undefined && {
        problem: {
          code: problem.code,
          message: engineSentence(problem.message, this.#host.t),
          detail: problem.detail,
        },
      }),
    };
  }

  /** Whether somebody looks: then it is connected, and looked at again and again. */
  watch(watched: boolean): void {
    const begins = watched && !this.#watched;
    this.#watched = watched;
    if (begins) {
      const failed = this.#problem;
      if (failed === undefined || passing.has(failed.code)) {
        void this.look();
      }
    } else if (!watched) {
      clearTimeout(this.#timer);
    }
  }

  /** Connects, if there is no connection, and looks which apps there are. Never rejects; calls meanwhile share it. */
  look(): Promise<void> {
    clearTimeout(this.#timer);
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
      this.#lookLater();
      this.#changes.fire();
    });
    this.#changes.fire();
    return this.#looking;
  }

  /** The same, with a connection of its own: what runs Hitless there has changed. */
  async lookAnew(): Promise<void> {
    await this.#looking;
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.dispose();
    await this.look();
  }

  dispose(): void {
    this.#watched = false;
    clearTimeout(this.#timer);
    this.#ending.abort();
    this.#owned.dispose();
    this.#connection?.dispose();
    this.#connection = undefined;
  }

  get #running(): AppSession[] {
    return this.#connection === undefined
      ? []
      : [...this.#sessions.values()].filter(({ client }) => client !== undefined);
  }

  get #state(): RemoteMachineView["state"] {
    if (this.#connection !== undefined) {
      return "connected";
    }
    if (this.#looking !== undefined) {
      return "connecting";
    }
    return this.#problem === undefined ? "waiting" : "failed";
  }

  async #lookOnce(): Promise<void> {
    try {
      const access = await import("./openMachine.ts");
      const connection = this.#connection ?? (await this.#connect(access));
      const { endpoints } = await connection.request("apps", {});
      await this.#attach(endpoints, access, connection);
      this.#problem = undefined;
      this.#failures = 0;
    } catch (thrown) {
      this.#fail(toHitlessError(thrown));
    }
  }

  async #connect(access: MachineAccess): Promise<MachineConnection> {
    const connection = await access.openMachine(this.machine, this.#ending.signal);
    if (this.#owned.disposed) {
      connection.dispose();
      throw new HitlessError("cancelled", `Connecting to ${this.machine.name} was cancelled.`);
    }
    this.#facts = await connection.facts().catch((error: unknown) => {
      connection.dispose();
      throw error;
    });
    this.#connection = connection;
    this.#owned.add(
      connection.onDidClose((reason) => {
        if (this.#connection === connection) {
          this.#fail(reason);
          this.#lookLater();
          this.#changes.fire();
        }
      }),
    );
    return connection;
  }

  /** Connects to the apps that are not connected; one that does not answer hides none of the others. */
  async #attach(endpoints: readonly Endpoint[], access: MachineAccess, connection: MachineConnection): Promise<void> {
    const tries = await Promise.all(
      endpoints.map(async (endpoint) => {
        try {
          await this.#sessionOf(endpoint, access).attach(endpoint);
          return [];
        } catch (thrown) {
          const { message } = toHitlessError(thrown);
          this.#host.log.warn(`${connection.machine.name}: ${message}`);
          return [{ app: endpoint.name, reason: engineSentence(message, this.#host.t) }];
        }
      }),
    );
    this.#unreachable = tries.flat();
    const found = new Set(endpoints.map((endpoint) => this.#keyOf(endpoint)));
    for (const session of this.#sessions.values()) {
      if (!found.has(session.key)) {
        session.confirmLoss();
      }
    }
  }

  #keyOf({ name, root }: Endpoint): string {
    return `${this.key}/${appKey(root, name)}`;
  }

  #sessionOf(endpoint: Endpoint, access: MachineAccess): AppSession {
    const { name, root } = endpoint;
    const key = this.#keyOf(endpoint);
    const known = this.#sessions.get(key);
    if (known !== undefined) {
      return known;
    }
    const { t, version } = this.#host;
    const machine = this.machine.name;
    const session = this.#owned.add(
      new AppSession({
        key,
        name: t("{0} on {1}", name, machine),
        folder: machine,
        root,
        host: this.#host,
        there: {
          machine,
          app: name,
          connect: (endpoint) => {
            if (this.#connection === undefined) {
              throw new HitlessError("connectionLost", `The connection to ${machine} was lost.`);
            }
            return access.connectThere(endpoint, this.#connection, version);
          },
          cores: () => this.#facts?.cores,
          reach: (url) => access.reachInspector(this.machine, url, this.#ending.signal),
        },
      }),
    );
    this.#owned.add(session.onDidChange(this.#changes.fire));
    this.#owned.add(session.onDidLose(() => this.#watched && void this.look()));
    this.#sessions.set(key, session);
    return session;
  }

  #fail(reason: HitlessError): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.dispose();
    this.#problem = reason;
    this.#failures += 1;
    if (reason.code !== "cancelled") {
      this.#host.log.warn([reason.message, ...reason.detail].join("\n"));
    }
  }

  #lookLater(): void {
    clearTimeout(this.#timer);
    const failed = this.#problem;
    if (!this.#watched || this.#looking !== undefined || (failed !== undefined && !passing.has(failed.code))) {
      return;
    }
    const retryMs = Math.min(lastRetryMs, firstRetryMs * 2 ** (this.#failures - 1));
    this.#timer = setTimeout(() => void this.look(), failed === undefined ? lookMs : retryMs);
    this.#timer.unref();
  }
}

/** Another destination is another machine, whatever it is called. */
export function machineKey({ name, ssh, hitless = "" }: Machine): string {
  return `machine:${JSON.stringify([name, ssh, hitless])}`;
}
