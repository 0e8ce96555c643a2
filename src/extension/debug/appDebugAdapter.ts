import { commands, type DebugAdapter, type DebugProtocolMessage, type DebugSession, EventEmitter } from "vscode";
import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import type { Snapshot } from "../../shared/snapshot.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import type { AppSession } from "../apps/appSession.ts";
import { isStartable } from "../apps/appView.ts";
import type { AppsEverywhere } from "../apps/machines/appsEverywhere.ts";
import { commandIds } from "../ids.ts";
import { engineSentence } from "../platform/engineSentence.ts";
import type { Localize } from "../platform/localize.ts";
import type { HitlessConfiguration } from "./debugConfiguration.ts";
import { type DebugRequest, emptyAnswer } from "./debugMessages.ts";
import { WorkerSessions } from "./workerSessions.ts";

export interface AppDebugOptions {
  readonly session: DebugSession;
  /** The app of a configuration; rejects if there is none. */
  readonly find: (configuration: HitlessConfiguration) => AppSession;
  readonly apps: Pick<AppsEverywhere, "sessions">;
  /** Folder of what Hitless itself runs in a worker. */
  readonly ownFolder: string;
  readonly t: Localize;
}

/**
 * The debug session of an app, which holds those of its workers. It owns no breakpoint: for each worker whose inspector is open
 * there is a session of the debugger of JavaScript. Restart is a reload; stop lets go of the workers, and stops an app that this
 * session has started.
 */
export class AppDebugAdapter implements DebugAdapter {
  readonly #options: AppDebugOptions;
  readonly #messages = new EventEmitter<DebugProtocolMessage>();
  readonly #workers: WorkerSessions;
  #app: AppSession | undefined;
  /** Its own connection: what it debugs ends with it. */
  #client: SupervisorClient | undefined;
  #startedHere = false;
  #over = false;
  #sequence = 0;

  constructor(options: AppDebugOptions) {
    this.#options = options;
    const tell = (text: string) => this.#tell(text);
    this.#workers = new WorkerSessions({ ...options, tell });
  }

  readonly onDidSendMessage = this.#messages.event;

  handleMessage(message: DebugProtocolMessage): void {
    void this.#handle(message as unknown as DebugRequest);
  }

  /** A debugger has stopped the worker at this address, or it goes on: the supervisor is told to look. */
  look(url: string): void {
    const place = this.#workers.placeOf(url);
    const worker = this.#client?.snapshot.workers.find(({ inspector }) => inspector === place);
    if (worker !== undefined) {
      this.#client?.request("debug/look", { worker: worker.id }).catch(() => undefined);
    }
  }

  dispose(): void {
    this.#leave();
    this.#workers.dispose();
    this.#messages.dispose();
  }

  async #handle(request: DebugRequest): Promise<void> {
    try {
      await this.#act(request);
      this.#answer(request, { success: true, body: emptyAnswer(request) });
    } catch (thrown) {
      const message = engineSentence(toHitlessError(thrown).message, this.#options.t);
      this.#answer(request, { success: false, message, body: { error: { id: 1, format: message, showUser: true } } });
    }
    if (request.command === "disconnect") {
      this.#end();
    }
  }

  async #act({ command }: DebugRequest): Promise<void> {
    switch (command) {
      case "launch":
      case "attach":
        await this.#begin(command === "launch");
        this.#send({ type: "event", event: "initialized" });
        break;
      case "restart":
        // Its report, or what is wrong, is told as for any other reload.
        void commands.executeCommand(commandIds.reload, { app: this.#app?.key });
        break;
      case "disconnect":
      case "terminate":
        await this.#detach();
        break;
      case "evaluate":
        throw new HitlessError("invalidState", this.#options.t("Select a worker in the call stack first."));
    }
  }

  async #begin(starts: boolean): Promise<void> {
    const { session, find } = this.#options;
    const configuration = session.configuration as HitlessConfiguration;
    const { stopOnEntry = false, worker } = configuration;
    const app = find(configuration);
    this.#app = app;
    if (starts && isStartable(app.view)) {
      // A supervisor that still runs starts the app for a client that debugs already.
      if (app.client !== undefined) {
        await this.#debug(app, { stopOnEntry });
      }
      this.#startedHere = true;
      await app.start({ debug: { stopOnEntry } });
    }
    if (this.#client === undefined || this.#client.closed) {
      await this.#debug(app, { stopOnEntry, slot: worker });
    }
  }

  /** @param slot Only the workers of this one. */
  async #debug(
    app: AppSession,
    { stopOnEntry, slot }: { readonly stopOnEntry: boolean; readonly slot?: number | undefined },
  ): Promise<void> {
    const client = await app.connectAgain();
    this.#client = client;
    // The supervisor that has taken the app over knows of no debugger.
    client.onDidMove(() => {
      if (!this.#over) {
        this.#open(client, app, { stopOnEntry, slot }).catch((error: unknown) =>
          this.#tell(engineSentence(toHitlessError(error).message, this.#options.t)),
        );
      }
    });
    await this.#open(client, app, { stopOnEntry, slot });
    const follow = (snapshot: Snapshot): void => {
      if (!this.#over) {
        this.#workers.follow(app, snapshot, slot);
      }
    };
    client.onDidSnapshot(follow);
    client.onDidClose(() => {
      if (this.#client === client) {
        this.#end();
      }
    });
    follow(client.snapshot);
  }

  /** Has the inspectors of the workers opened, and says of which they can't be. */
  async #open(
    client: SupervisorClient,
    app: AppSession,
    { stopOnEntry, slot }: { readonly stopOnEntry: boolean; readonly slot?: number | undefined },
  ): Promise<void> {
    const { t } = this.#options;
    const chosen = client.snapshot.workers.findLast((one) => one.slot === slot && one.state !== "draining");
    if (slot !== undefined && chosen === undefined) {
      throw new HitlessError("workerNotFound", t("“{0}” has no worker in slot {1}.", app.name, slot));
    }
    const wish = { stopOnEntry, ...(chosen !== undefined && { worker: chosen.id }) };
    const { failed } = await client.request("debug/begin", wish);
    for (const { worker, reason } of failed) {
      const known = client.snapshot.workers.find(({ id }) => id === worker);
      this.#tell(t("Worker {0} can't be debugged: {1}", known === undefined ? worker : workerLabel(known, t), reason));
    }
  }

  /** Lets go of all workers, and stops the app if it was started from here. */
  async #detach(): Promise<void> {
    const app = this.#app;
    const client = this.#client;
    this.#over = true;
    await this.#workers.end();
    if (client !== undefined && !client.closed) {
      await client.request("debug/end", {}).catch(() => undefined);
    }
    this.#leave();
    if (this.#startedHere && app?.client !== undefined) {
      void commands.executeCommand(commandIds.stop, { app: app.key });
    }
  }

  /** Writes a line into the debug console. */
  #tell(text: string): void {
    this.#send({ type: "event", event: "output", body: { category: "stderr", output: `${text}\n` } });
  }

  #end(): void {
    this.#over = true;
    this.#send({ type: "event", event: "terminated" });
  }

  #leave(): void {
    this.#over = true;
    const client = this.#client;
    this.#client = undefined;
    client?.dispose();
  }

  #answer({ seq, command }: DebugRequest, result: object): void {
    this.#send({ type: "response", request_seq: seq, command, ...result });
  }

  #send(message: object): void {
    this.#sequence += 1;
    this.#messages.fire({ seq: this.#sequence, ...message } as DebugProtocolMessage);
  }
}
