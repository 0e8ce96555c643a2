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
   * `app/renew`, `app/rollback`, `app/stop`, `app/scale`, `layers/sample` and `layers/heapSnapshot`: the supervisor limits those.
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
  "app/stop",
  "app/scale",
  "layers/sample",
  "layers/heapSnapshot",
]);

/** One connection to one supervisor. It never reconnects: a new one is made from the endpoint. */
export class SupervisorClient implements Disposable {
  readonly endpoint: Endpoint;
  readonly #socket: Duplex;
  readonly #route: Route;
  readonly #connection: MessageConnection;
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
    const client = new SupervisorClient(endpoint, attempt.socket, route);
    try {
      const left = Math.max(1, deadlineMs - (performance.now() - startedAt));
      const answer = await client.#send(
        "initialize",
        { protocolVersion, secret: endpoint.secret, client: identity },
        { deadlineMs: left },
      );
      if (answer.protocolVersion !== protocolVersion) {
        const versions = `it speaks version ${answer.protocolVersion} of the protocol, this Hitless ${protocolVersion}`;
        throw new HitlessError("protocolMismatch", `${whose} belongs to another Hitless: ${versions}.`);
      }
      client.#receiveSnapshot(answer.snapshot);
      return client;
    } catch (error) {
      client.dispose();
      throw error;
    }
  }

  private constructor(endpoint: Endpoint, socket: Duplex, route: Route) {
    this.endpoint = endpoint;
    this.#route = route;
    this.#socket = socket;
    const { connection, onDrained } = openRpcConnection(socket);
    this.#connection = connection;
    connection.onError(([error]) => {
      // An error with a code is the socket's own, and its close follows; data already received can still be read.
      if (!("code" in error)) {
        this.#lose(new HitlessError("badMessage", `${this.#whose()} sent what is no message: ${error.message}`));
      }
    });
    onDrained(() => this.#lose(new HitlessError("connectionLost", `${this.#whose()} closed the connection.`)));
    this.#listen("app/snapshot", (snapshot) => this.#receiveSnapshot(snapshot));
    this.#listen("app/event", (event) => this.#events.fire(event));
    this.#listen("app/report", (report) => this.#reports.fire(report));
    connection.listen();
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
    const attempt = await this.#route.open(this.endpoint, deadlineMs);
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
    if (this.#lost !== undefined) {
      throw this.#lost;
    }
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
      const answer = this.#connection.sendRequest<unknown>(name, params, token);
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
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", cancel);
      cancellation.dispose();
    }
  }

  #listen<Name extends NotificationName>(name: Name, receive: (params: NotificationParams<Name>) => void): void {
    this.#connection.onNotification(name, (params: unknown) => {
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
    this.#connection.dispose();
    this.#socket.destroy();
    this.#closes.fire();
    for (const emitter of [this.#snapshots, this.#events, this.#reports, this.#closes]) {
      emitter.dispose();
    }
  }

  #whose(): string {
    return whoseSupervisor(this.endpoint, this.#route);
  }
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
