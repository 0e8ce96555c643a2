import type { Duplex } from "node:stream";
import { CancellationTokenSource, Emitter, type MessageConnection } from "vscode-jsonrpc/node";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import type { SupervisorEvent } from "../../shared/logs.ts";
import { parseMessage } from "../../shared/parseMessage.ts";
import {
  type NotificationName,
  type NotificationParams,
  notifications,
  protocolVersion,
  type RequestName,
  type RequestParams,
  type RequestResult,
  requests,
} from "../../shared/protocol.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { Snapshot } from "../../shared/snapshot.ts";
import { localRoute, type Route } from "./openSocket.ts";
import { openRpcConnection } from "./rpcConnection.ts";
import { errorFromPeer } from "./rpcErrors.ts";

/** The client's identity, for the supervisor's log. */
export interface ClientIdentity {
  readonly name: string;
  readonly version: string;
}

export interface RequestOptions {
  /** Aborting it sends `$/cancelRequest`; the answer is still awaited, since a cancelled renewal has a report. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds until the request is given up with `deadline`. Default 10,000 (on another machine 30,000), plus `waitMs`
   * for `logs/read`; none for
   * `app/renew`, `app/rollback`, `app/upgrade`, `app/stop`, `app/scale`, `layers/sample` and `layers/heapSnapshot`: the supervisor limits those.
   */
  readonly deadlineMs?: number;
}

export interface ConnectOptions {
  /** Milliseconds for all of it; default 5,000, on another machine 30,000. */
  readonly deadlineMs?: number;
  /** Default: this machine's. */
  readonly route?: Route;
}

const endedBySupervisor: ReadonlySet<RequestName> = new Set<RequestName>([
  "app/renew",
  "app/rollback",
  "app/upgrade",
  "app/stop",
  "app/scale",
  "layers/sample",
  "layers/heapSnapshot",
]);

/** Requests that change nothing: what the old supervisor has not answered is asked of the new one. */
const readOnly: ReadonlySet<RequestName> = new Set<RequestName>([
  "app/snapshot",
  "app/reports",
  "app/events",
  "app/stale",
  "debug/look",
  "logs/read",
  "layers/facts",
  "layers/pulse",
  "layers/history",
  "layers/servers",
  "requests/read",
]);

/** A connection, and the requests on it that have not been answered. */
interface Link {
  readonly socket: Duplex;
  readonly connection: MessageConnection;
  pending: number;
  /** Another supervisor is spoken to by now. */
  isFormer: boolean;
}

/**
 * The connection to the supervisor of an app. When another one takes the app over, it goes there by itself; a connection that is
 * lost it does not make anew.
 */
export class SupervisorClient implements Disposable {
  readonly #route: Route;
  readonly #identity: ClientIdentity;
  readonly #moves = new Emitter<Endpoint>();
  #endpoint: Endpoint;
  #link: Link;
  /** Resolves when the new supervisor is spoken to. */
  #moving: Promise<void> | undefined;
  readonly #snapshots = new Emitter<Snapshot>();
  readonly #events = new Emitter<SupervisorEvent>();
  readonly #reports = new Emitter<RenewalReport>();
  readonly #closes = new Emitter<void>();
  #snapshot: Snapshot | undefined;
  #lost: HitlessError | undefined;

  /**
   * Connects, presents the secret and waits for the state.
   * @throws HitlessError `connectionLost`, `deadline`, `badSecret`, `protocolMismatch` or `badMessage`.
   */
  static async connect(
    endpoint: Endpoint,
    identity: ClientIdentity,
    { route = localRoute, deadlineMs = route.connectMs }: ConnectOptions = {},
  ): Promise<SupervisorClient> {
    const whose = whoseSupervisor(endpoint, route);
    const startedAt = performance.now();
    const attempt = await route.open(endpoint, deadlineMs);
    if (attempt.kind !== "open") {
      const code = attempt.kind === "deadline" ? "deadline" : "connectionLost";
      throw new HitlessError(code, `${whose} can't be reached: ${attempt.reason}.`, { remedy: "retry" });
    }
    const client = new SupervisorClient(endpoint, identity, attempt.socket, route);
    try {
      const left = Math.max(1, deadlineMs - (performance.now() - startedAt));
      client.#receiveSnapshot(await client.#introduce(client.#link, left));
      return client;
    } catch (error) {
      client.dispose();
      throw error;
    }
  }

  private constructor(endpoint: Endpoint, identity: ClientIdentity, socket: Duplex, route: Route) {
    this.#endpoint = endpoint;
    this.#identity = identity;
    this.#route = route;
    this.#link = this.#open(socket);
  }

  /** Where the supervisor is that is spoken to. */
  get endpoint(): Endpoint {
    return this.#endpoint;
  }

  /** Calls back with the endpoint of the supervisor that has taken the app over, once it is spoken to. */
  onDidMove(listener: (endpoint: Endpoint) => void): Disposable {
    return this.#moves.event(listener);
  }

  #open(socket: Duplex): Link {
    const { connection, onDrained } = openRpcConnection(socket);
    const link: Link = { socket, connection, pending: 0, isFormer: false };
    connection.onError(([error]) => {
      // An error with a code is the socket's own, and its close follows; data already received can still be read.
      if (!("code" in error)) {
        const what = `${this.#whose()} sent what is no message: ${error.message}`;
        this.#linkLost(link, new HitlessError("badMessage", what));
      }
    });
    onDrained(() =>
      this.#linkLost(link, new HitlessError("connectionLost", `${this.#whose()} closed the connection.`)),
    );
    this.#listen(link, "app/snapshot", (snapshot) => this.#receiveSnapshot(snapshot));
    this.#listen(link, "app/event", (event) => this.#events.fire(event));
    this.#listen(link, "app/report", (report) => this.#reports.fire(report));
    this.#listen(link, "app/moved", (endpoint) => this.#follow(endpoint));
    connection.listen();
    return link;
  }

  async #introduce(link: Link, deadlineMs: number): Promise<Snapshot> {
    const { secret } = this.#endpoint;
    const params = { protocolVersion, secret, client: this.#identity };
    const answer = await this.#sendOn(link, "initialize", params, { deadlineMs });
    if (answer.protocolVersion !== protocolVersion) {
      const versions = `it speaks version ${answer.protocolVersion} of the protocol, this Hitless ${protocolVersion}`;
      throw new HitlessError("protocolMismatch", `${this.#whose()} belongs to another Hitless: ${versions}.`);
    }
    return answer.snapshot;
  }

  /** Another supervisor has the app: from now on this is a client of that one. */
  #follow(endpoint: Endpoint): void {
    if (this.#moving !== undefined || this.#lost !== undefined || endpoint.socket === this.#endpoint.socket) {
      return;
    }
    const former = this.#link;
    former.isFormer = true;
    this.#endpoint = endpoint;
    this.#moving = (async () => {
      try {
        const attempt = await this.#route.open(endpoint, this.#route.connectMs);
        if (attempt.kind !== "open") {
          throw new HitlessError("connectionLost", `${this.#whose()} can't be reached: ${attempt.reason}.`);
        }
        const link = this.#open(attempt.socket);
        this.#link = link;
        const snapshot = await this.#introduce(link, this.#route.connectMs);
        // Its numbers go on behind those of the former one, as far as that was known.
        this.#snapshot = undefined;
        this.#moving = undefined;
        this.#receiveSnapshot(snapshot);
        this.#moves.fire(endpoint);
        this.#endFormer(former);
      } catch (error) {
        this.#moving = undefined;
        this.#lose(toHitlessError(error));
        closeLink(former);
      }
    })();
  }

  /** The old supervisor answers what it was asked. */
  #endFormer(link: Link): void {
    if (link.isFormer && link.pending === 0 && this.#moving === undefined) {
      closeLink(link);
    }
  }

  #linkLost(link: Link, reason: HitlessError): void {
    if (link.isFormer) {
      closeLink(link);
    } else if (link === this.#link) {
      this.#lose(reason);
    }
  }

  get snapshot(): Snapshot {
    if (this.#snapshot === undefined) {
      throw new HitlessError("notInitialized", "The supervisor has not told its state yet.");
    }
    return this.#snapshot;
  }

  /** Epoch milliseconds on the supervisor's clock, which those of its snapshots are to be compared with. */
  now(): number {
    return this.#route.now();
  }

  /** Whether something still listens at the control socket; only a refusal counts as no. */
  async isThere(deadlineMs: number): Promise<boolean> {
    const attempt = await this.#route.open(this.#endpoint, deadlineMs);
    if (attempt.kind === "open") {
      attempt.socket.destroy();
    }
    return attempt.kind !== "refused";
  }

  get closed(): boolean {
    return this.#lost !== undefined;
  }

  /** @throws HitlessError with the supervisor's own code, or `connectionLost`, `deadline`, `badMessage`. */
  request<Name extends Exclude<RequestName, "initialize">>(
    name: Name,
    params: RequestParams<Name>,
    options: RequestOptions = {},
  ): Promise<RequestResult<Name>> {
    return this.#send(name, params, options);
  }

  onDidSnapshot(listener: (snapshot: Snapshot) => void): Disposable {
    return this.#snapshots.event(listener);
  }

  onDidEvent(listener: (event: SupervisorEvent) => void): Disposable {
    return this.#events.event(listener);
  }

  onDidReport(listener: (report: RenewalReport) => void): Disposable {
    return this.#reports.event(listener);
  }

  /** Calls back once, also when the connection is already closed (then a little later, never at once). */
  onDidClose(listener: () => void): Disposable {
    if (!this.closed) {
      return this.#closes.event(listener);
    }
    const pending = setImmediate(listener);
    return { dispose: () => clearImmediate(pending) };
  }

  dispose(): void {
    this.#lose(
      new HitlessError("connectionLost", `The connection to the supervisor of "${this.endpoint.name}" was closed.`),
    );
  }

  async #send<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
    options: RequestOptions,
  ): Promise<RequestResult<Name>> {
    await this.#moving;
    const link = this.#link;
    try {
      return await this.#sendOn(link, name, params, options);
    } catch (error) {
      if (link.isFormer && readOnly.has(name) && toHitlessError(error).code === "connectionLost") {
        await this.#moving;
        return this.#sendOn(this.#link, name, params, options);
      }
      throw error;
    } finally {
      this.#endFormer(link);
    }
  }

  async #sendOn<Name extends RequestName>(
    link: Link,
    name: Name,
    params: RequestParams<Name>,
    options: RequestOptions,
  ): Promise<RequestResult<Name>> {
    if (this.#lost !== undefined) {
      throw this.#lost;
    }
    link.pending += 1;
    const cancellation = new CancellationTokenSource();
    // Asked for before anything is cancelled: a source that is cancelled first has a token that calls nobody.
    const { token } = cancellation;
    const cancel = () => cancellation.cancel();
    if (options.signal?.aborted === true) {
      cancel();
    }
    options.signal?.addEventListener("abort", cancel);
    const deadlineMs = options.deadlineMs ?? usualDeadline(name, params, this.#route.answerMs);
    let timer: NodeJS.Timeout | undefined;
    try {
      const answer = link.connection.sendRequest<unknown>(name, params, token);
      const late = new Promise<never>((_, reject) => {
        if (deadlineMs !== undefined) {
          timer = setTimeout(() => {
            cancel();
            reject(
              new HitlessError(
                "deadline",
                `${this.#whose()} did not answer ${name} within ${Math.round(deadlineMs)} ms.`,
              ),
            );
          }, deadlineMs);
        }
      });
      // The schema and the type of the answer are selected by the same name, which the compiler can't follow.
      return parseMessage(requests[name].result, name, await Promise.race([answer, late])) as RequestResult<Name>;
    } catch (error) {
      // Read again: the connection may have been lost while the answer was awaited.
      const lost: HitlessError | undefined = this.#lost;
      const reason = lost ?? errorFromPeer(error);
      if (reason.code === "connectionLost" && lost === undefined) {
        // The peer ended during a write: the message is the system's, and the close follows.
        throw new HitlessError("connectionLost", `${this.#whose()} closed the connection.`, { cause: error });
      }
      throw reason;
    } finally {
      link.pending -= 1;
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", cancel);
      cancellation.dispose();
    }
  }

  #listen<Name extends NotificationName>(
    link: Link,
    name: Name,
    receive: (params: NotificationParams<Name>) => void,
  ): void {
    link.connection.onNotification(name, (params: unknown) => {
      if (link.isFormer) {
        return;
      }
      try {
        receive(parseMessage(notifications[name], name, params) as NotificationParams<Name>);
      } catch (error) {
        this.#lose(toHitlessError(error));
      }
    });
  }

  #receiveSnapshot(snapshot: Snapshot): void {
    if (this.#snapshot !== undefined && snapshot.sequence < this.#snapshot.sequence) {
      return;
    }
    this.#snapshot = snapshot;
    this.#snapshots.fire(snapshot);
  }

  #lose(reason: HitlessError): void {
    if (this.#lost !== undefined) {
      return;
    }
    this.#lost = reason;
    closeLink(this.#link);
    this.#closes.fire();
    for (const emitter of [this.#snapshots, this.#events, this.#reports, this.#closes, this.#moves]) {
      emitter.dispose();
    }
  }

  #whose(): string {
    return whoseSupervisor(this.endpoint, this.#route);
  }
}

function closeLink({ connection, socket }: Link): void {
  connection.dispose();
  socket.destroy();
}

function whoseSupervisor({ name, pid }: Endpoint, { machine }: Route): string {
  return machine === undefined
    ? `The supervisor of "${name}" (pid ${pid})`
    : `The supervisor of "${name}" (pid ${pid}) on ${machine}`;
}

function usualDeadline<Name extends RequestName>(
  name: Name,
  params: RequestParams<Name>,
  answerMs: number,
): number | undefined {
  if (endedBySupervisor.has(name)) {
    return undefined;
  }
  const waitMs = "waitMs" in params ? (params.waitMs ?? 0) : 0;
  return answerMs + waitMs;
}
