import { availableParallelism } from "node:os";
import { replayEvents } from "../../client/connection/replayEvents.ts";
import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { NodeProgram } from "../../client/node/nodeProgram.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { createEmitter } from "../../shared/basics/emitter.ts";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { RenewalKind, Snapshot } from "../../shared/snapshot.ts";
import { DisposableStore } from "../platform/disposableStore.ts";
import { engineSentence } from "../platform/engineSentence.ts";
import type { AppDefinition } from "./appDefinition.ts";
import { type AppView, isStartable, stateOfSnapshot } from "./appView.ts";
import { reportInWords, snapshotInWords } from "./inWords.ts";
import type { LaunchPlan } from "./launchApp.ts";
import { outdatedBy, type Scheduling, usualScheduling } from "./outdated.ts";
import type { Relauncher } from "./relauncher.ts";
import { restingFacts } from "./restingFacts.ts";
import { AppRequests } from "./session/appRequests.ts";
import type { AppThere, ReachedInspector } from "./session/appThere.ts";
import { latestReports } from "./session/latestReports.ts";
import { LaunchMarks } from "./session/launchMarks.ts";
import type { SessionHost } from "./sessionHost.ts";

export interface SessionOptions {
  readonly key: string;
  readonly name: string;
  readonly folder: string;
  readonly root: string;
  readonly host: SessionHost;
  /** Of an app on another machine. */
  readonly there?: AppThere;
}

export interface StartOptions {
  /** The workers of a new supervisor wait for a debugger before the app's first line; with `stopOnEntry` they stop there. */
  readonly debug?: { readonly stopOnEntry: boolean };
}

/**
 * One app in one folder: its settings, launch, and connection with its supervisor. It exists before the app runs and
 * after it has ended; the connection comes and goes.
 */
export class AppSession implements Disposable {
  readonly key: string;
  readonly name: string;
  readonly root: string;
  /** Absent for an app that was started elsewhere and is not in the settings. */
  definition: AppDefinition | undefined;
  /** The machine on which it runs; absent: this one. */
  readonly machine: string | undefined;
  readonly requests: AppRequests;
  readonly #marks: LaunchMarks;
  readonly #there: AppThere | undefined;
  readonly #folder: string;
  readonly #host: SessionHost;
  readonly #changes = createEmitter<void>();
  readonly #losses = createEmitter<void>();
  #client: SupervisorClient | undefined;
  #connection = new DisposableStore();
  #connecting: Promise<void> | undefined;
  #starting: Promise<void> | undefined;
  #stopped = false;
  #disposed = false;
  #lastSnapshot: Snapshot | undefined;
  #lastEndpoint: Endpoint | undefined;
  /** By which the supervisor was started, if this window has done so. */
  #plan: LaunchPlan | undefined;
  #relauncher: Relauncher | undefined;
  /** What is told of a supervisor that has died, until the app has another one. */
  #death: string | undefined;
  #problem: string | undefined;
  #reports: readonly RenewalReport[] = [];
  /** The Node.js that is named for the app, if that was not the one that runs. */
  #named: NodeProgram | undefined;

  constructor(options: SessionOptions) {
    this.key = options.key;
    this.name = options.name;
    this.root = options.root;
    this.#folder = options.folder;
    this.#host = options.host;
    this.#there = options.there;
    this.machine = options.there?.machine;
    this.requests = new AppRequests(() => this.#connected(), options.host.t);
    this.#marks = new LaunchMarks(options.host.memory, options.key);
  }

  readonly onDidChange = this.#changes.on;

  /** The connection broke though no stop was requested: the supervisor died, or can be found again. */
  readonly onDidLose = this.#losses.on;

  /** Absent while no supervisor runs. */
  get client(): SupervisorClient | undefined {
    return this.#client;
  }

  /** The last renewals, newest first; empty while no supervisor runs. */
  get reports(): readonly RenewalReport[] {
    return this.#reports;
  }

  get view(): AppView {
    const { key, name, root } = this;
    const latest = this.#client?.snapshot ?? this.#lastSnapshot;
    const snapshot = latest && snapshotInWords(latest, this.#host.t);
    const resting =
      snapshot === undefined && this.definition ? restingFacts(this.definition, this.#host.memory) : undefined;
    const common = {
      ...{ key, name, root, folder: this.#folder, problem: undefined, reports: this.#reports },
      ...(resting !== undefined && { resting }),
      ...(this.definition?.unused !== undefined && { unused: this.definition.unused }),
      ...(this.#there !== undefined && { there: { machine: this.#there.machine, app: this.#there.app } }),
      ...(this.#death !== undefined && { death: this.#death }),
    };
    if (snapshot !== undefined && !this.#stopped) {
      const state = this.#starting === undefined ? stateOfSnapshot(snapshot) : "starting";
      const outdated =
        this.#there === undefined
          ? outdatedBy(snapshot, { named: this.#named, version: this.#host.version, scheduling: this.#scheduling })
          : undefined;
      const differs = outdated === undefined ? {} : { outdated };
      return { ...common, ...differs, snapshot, state, problem: this.definition?.problem };
    }
    if (this.#starting !== undefined) {
      return { ...common, snapshot: undefined, state: "starting" };
    }
    if (this.definition?.problem !== undefined) {
      return { ...common, snapshot: undefined, state: "invalid", problem: this.definition.problem };
    }
    const state = this.#problem === undefined ? "stopped" : "failed";
    return { ...common, snapshot: undefined, state, problem: this.#problem };
  }

  /** Connects to an app that is already running. */
  attach(endpoint: Endpoint): Promise<void> {
    if (this.#disposed || this.#client !== undefined || this.#starting !== undefined) {
      return Promise.resolve();
    }
    this.#connecting ??= this.#connect(endpoint).finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  /**
   * Starts the app with its current settings, with `debug` so that its workers wait for a debugger. Resolves once the supervisor is starting workers.
   * @throws HitlessError `invalidState` or `appAlreadyRunning` if there is nothing to start, and a launch's errors.
   */
  async start(options: StartOptions = {}): Promise<void> {
    const { t } = this.#host;
    await this.#connecting?.catch(() => undefined);
    if (this.#starting !== undefined) {
      throw new HitlessError("invalidState", t("“{0}” is already starting.", this.name));
    }
    if (this.#client !== undefined && !isStartable(this.view)) {
      const { state } = this.view;
      throw state === "stopping"
        ? new HitlessError("invalidState", t("“{0}” is still stopping.", this.name), { remedy: "retry" })
        : new HitlessError("appAlreadyRunning", t("“{0}” is already running.", this.name));
    }
    this.#death = undefined;
    await this.#start(() => this.#startNow(options));
  }

  async #start(startNow: () => Promise<void>): Promise<void> {
    this.#problem = undefined;
    this.#starting = startNow().finally(() => {
      this.#starting = undefined;
      this.#changes.fire();
    });
    this.#changes.fire();
    try {
      await this.#starting;
    } catch (thrown) {
      const error = toHitlessError(thrown);
      if (this.#client === undefined) {
        this.#problem = engineSentence(error.message, this.#host.t);
        this.#changes.fire();
      }
      throw error;
    }
  }

  /** Stops the app and its supervisor. `now`: without waiting for requests. Resolves when no worker is left. */
  async stop(now: boolean): Promise<void> {
    await this.#starting?.catch(() => undefined);
    await this.#connected().request("app/stop", { now });
    this.#stopped = true;
    this.#changes.fire();
  }

  /** Renews the app with its current settings, or one worker as it is. */
  async renew(kind: RenewalKind, worker: number | undefined, signal: AbortSignal): Promise<RenewalReport> {
    const client = this.#connected();
    if (worker !== undefined) {
      return client.request("app/renew", { kind, worker }, { signal });
    }
    const plan = await this.#changedPlan(client);
    const recipe = plan === undefined ? {} : { recipe: plan.recipe, origin: plan.origin };
    const report = await client.request("app/renew", { kind, ...recipe }, { signal });
    if (plan !== undefined && report.outcome === "completed") {
      this.#remember(client, plan);
    }
    return report;
  }

  /** Renews the supervisor and its workers, on another Node.js if one is named, with this Hitless. */
  async renewSupervisor(node: NodeProgram | undefined, signal: AbortSignal): Promise<RenewalReport> {
    const client = this.#connected();
    const { requestUpgrade } = await import("../../client/connection/requestUpgrade.ts");
    const { supervisorFile, version } = this.#host;
    const plan = await this.#changedPlan(client);
    const origin = plan === undefined ? {} : { origin: plan.origin };
    const report = await requestUpgrade(client, { node, supervisorFile, version, ...origin }, signal);
    if (plan !== undefined && report.outcome === "completed") {
      this.#remember(client, plan);
    }
    return report;
  }

  /** What the settings say; `undefined` if they say nothing of an app that was started elsewhere. */
  get #scheduling(): Scheduling | undefined {
    const { config, problem } = this.definition ?? {};
    const said = config?.scheduling ?? usualScheduling;
    const isOurs = this.#client !== undefined && this.#marks.of(this.#client.endpoint.pid) !== undefined;
    return problem !== undefined || config === undefined || !(isOurs || config.scheduling !== undefined)
      ? undefined
      : said;
  }

  /** The setting `node`, the app's own or the window's; absent if neither names a program. */
  get nodeSetting(): string | undefined {
    return this.definition === undefined ? undefined : (this.definition.config.node ?? this.#host.nodeProgram());
  }

  /** Where `.nvmrc` and `.node-version` are looked for, and upwards. */
  get nodeFolder(): string {
    return this.definition?.base ?? this.root;
  }

  /** Looks whether another Node.js is named for the app than the one that runs. */
  async lookForNode(): Promise<void> {
    const client = this.#client;
    if (client === undefined || this.#there !== undefined) {
      return;
    }
    const { otherNode } = await import("../../client/node/wantedNode.ts");
    const running = client.snapshot.supervisor.nodeVersion;
    const named = await otherNode({ explicit: this.nodeSetting, cwd: this.nodeFolder, running });
    if (this.#client === client && named?.version !== this.#named?.version) {
      this.#named = named;
      this.#changes.fire();
    }
  }

  /** CPUs that its machine can use; `undefined` where that is not known. */
  get cores(): number | undefined {
    return this.#there === undefined ? availableParallelism() : this.#there.cores();
  }

  /**
   * A worker's inspector as a debugger here reaches it.
   * @param url Where it listens, on the app's own machine.
   */
  async reach(url: string): Promise<ReachedInspector> {
    return this.#there === undefined ? { url, dispose: () => undefined } : this.#there.reach(url);
  }

  /** One more connection to the supervisor, for its owner to close. */
  async connectAgain(): Promise<SupervisorClient> {
    return this.#open(this.#connected().endpoint);
  }

  /** Called when no supervisor was found after the connection broke. One that VS Code has started is started again. */
  confirmLoss(): void {
    const [endpoint, last] = [this.#lastEndpoint, this.#lastSnapshot];
    if (this.#client !== undefined || this.#starting !== undefined || endpoint === undefined || last === undefined) {
      return;
    }
    const { t, log } = this.#host;
    this.#lastSnapshot = undefined;
    const text = t("The supervisor of “{0}” (process {1}) ended unexpectedly.", this.name, last.supervisor.pid);
    const mark = this.#marks.of(endpoint.pid);
    const { definition } = this;
    if (this.#disposed || definition === undefined || mark === undefined) {
      this.#problem = text;
      log.error(text);
      this.#changes.fire();
      return;
    }
    this.#death = text;
    this.#start(() => this.#startAgain({ endpoint, last, mark, text, definition })).catch((error: unknown) =>
      log.error(toHitlessError(error).message),
    );
  }

  async #startAgain(lost: {
    readonly endpoint: Endpoint;
    readonly last: Snapshot;
    readonly mark: string;
    readonly text: string;
    readonly definition: AppDefinition;
  }): Promise<void> {
    const { endpoint, last, mark, text, definition } = lost;
    const { t, log } = this.#host;
    const { Relauncher } = await import("./relauncher.ts");
    this.#relauncher ??= new Relauncher(this.#host);
    const refusal = this.#relauncher.refuses();
    if (refusal !== undefined) {
      throw new HitlessError("supervisorFailed", `${text} ${refusal}`);
    }
    const since = performance.now();
    this.#death = `${text} ${t("It is started again.")}`;
    log.error(this.#death);
    this.#changes.fire();
    const { client, plan } = await this.#relauncher.startAgain({ endpoint, last }, definition, this.#plan);
    if (plan !== undefined) {
      this.#remember(client, plan);
    } else if (last.renewal?.upgrade === true) {
      // The one that was to take over.
      this.#marks.keep(client.endpoint.pid, mark);
    }
    this.#use(client);
    const seconds = ((performance.now() - since) / 1_000).toFixed(1);
    log.info(
      t("“{0}” is run by process {1}, {2} s after the end of its supervisor.", this.name, client.endpoint.pid, seconds),
    );
  }

  /** The settings were corrected, so an earlier failure no longer applies. */
  forgetProblem(): void {
    this.#problem = undefined;
  }

  /** Releases the supervisor. That does not stop the app; without clients, the supervisor's grace period does. */
  dispose(): void {
    this.#disposed = true;
    this.#disconnect();
  }

  #disconnect(): void {
    const client = this.#client;
    this.#client = undefined;
    this.#connection.dispose();
    client?.dispose();
  }

  async #connect(endpoint: Endpoint): Promise<void> {
    this.#use(await this.#open(endpoint));
  }

  async #open(endpoint: Endpoint): Promise<SupervisorClient> {
    if (this.#there !== undefined) {
      return this.#there.connect(endpoint);
    }
    const { connectTo } = await import("./launchApp.ts");
    return connectTo(endpoint, this.#host);
  }

  #connected(): SupervisorClient {
    if (this.#client === undefined) {
      if (this.machine !== undefined && this.#lastSnapshot !== undefined) {
        throw new HitlessError("connectionLost", `The connection to ${this.machine} was lost.`);
      }
      throw new HitlessError("invalidState", this.#host.t("“{0}” is not running.", this.name), { remedy: "start" });
    }
    return this.#client;
  }

  async #startNow({ debug }: StartOptions): Promise<void> {
    const { definition } = this;
    if (definition === undefined) {
      await this.#connected().request("app/start", {});
      return;
    }
    const { findSupervisors, launchApp, planLaunch } = await import("./launchApp.ts");
    const plan = await planLaunch(definition, this.#host);
    if (this.#client !== undefined && !this.#stopped) {
      const { endpoint } = this.#client;
      if ((await findSupervisors(this.#host)).some(({ pid }) => pid === endpoint.pid)) {
        const mark = this.#marks.of(endpoint.pid);
        if (mark === undefined || mark === plan.mark) {
          await this.#client.request("app/start", {});
          return;
        }
        // The settings have changed since: a supervisor keeps the recipe it was started with.
        await this.#client.request("app/stop", {});
      }
    }
    this.#disconnect();
    this.#lastSnapshot = undefined;
    const client = await launchApp(plan, this.#host, debug);
    this.#remember(client, plan);
    this.#use(client);
  }

  /** How the app is to run from now on, if its settings differ from those it was started with from here. */
  async #changedPlan({ endpoint }: SupervisorClient): Promise<LaunchPlan | undefined> {
    const { definition } = this;
    const mark = this.#marks.of(endpoint.pid);
    if (definition === undefined || mark === undefined) {
      return undefined;
    }
    const { planLaunch } = await import("./launchApp.ts");
    const plan = await planLaunch(definition, this.#host);
    return plan.mark === mark ? undefined : plan;
  }

  #remember({ endpoint }: SupervisorClient, plan: LaunchPlan): void {
    this.#plan = plan;
    this.#marks.keep(endpoint.pid, plan.mark);
  }

  #use(client: SupervisorClient): void {
    if (this.#disposed) {
      client.dispose();
      return;
    }
    this.#connection = new DisposableStore();
    this.#client = client;
    this.#stopped = false;
    this.#problem = undefined;
    this.#death = undefined;
    this.#lastSnapshot = undefined;
    this.#reports = [];
    this.#named = undefined;
    void client.request("app/reports", {}).then(
      ({ reports }) => this.#keepReports(reports),
      () => undefined,
    );
    this.#connection.add(
      client.onDidReport((report) => {
        this.#host.log.report(this.name, report);
        this.#keepReports([report]);
      }),
    );
    this.#connection.add(client.onDidSnapshot(() => this.#changes.fire()));
    this.#connection.add(replayEvents(client, (event) => this.#host.log.event(this.name, event)));
    let { endpoint } = client;
    this.#connection.add(
      client.onDidMove((to) => {
        this.#marks.move(endpoint.pid, to.pid);
        endpoint = to;
        this.lookForNode().catch(() => undefined);
        const { version, nodeVersion } = client.snapshot.supervisor;
        const { t } = this.#host;
        this.#host.log.info(
          t(
            "“{0}” has a new supervisor: process {1}, Hitless {2}, Node.js {3}.",
            this.name,
            to.pid,
            version,
            nodeVersion,
          ),
        );
        this.#changes.fire();
      }),
    );
    this.#connection.add(client.onDidClose(() => this.#onClosed(client)));
    this.#changes.fire();
  }

  #keepReports(told: readonly RenewalReport[]): void {
    const reports = told.map((report) => reportInWords(report, this.#host.t));
    this.#reports = latestReports(this.#reports, reports);
    this.#changes.fire();
  }

  #onClosed(client: SupervisorClient): void {
    if (this.#client !== client) {
      return;
    }
    const { snapshot } = client;
    this.#lastEndpoint = client.endpoint;
    this.#disconnect();
    const expected = this.#stopped || snapshot.app.state === "stopped" || snapshot.app.state === "stopping";
    this.#stopped = expected;
    this.#lastSnapshot = expected ? undefined : snapshot;
    this.#changes.fire();
    if (!expected) {
      this.#losses.fire();
    }
  }
}
