import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { RecipeOrigin } from "../../shared/launch.ts";
import type { Snapshot } from "../../shared/snapshot.ts";
import { Acceptor } from "../accept/acceptor.ts";
import type { SocketStore } from "../accept/keptByService.ts";
import { workersAccept } from "../accept/whoAccepts.ts";
import { steadyNow } from "../clock.ts";
import { DebugSessions } from "../debug/debugSessions.ts";
import { InspectorDoors } from "../debug/inspectorDoors.ts";
import { HealthActions, type HealthHost } from "../health/healthActions.ts";
import { createReachability } from "../listening/reachability.ts";
import { createSocketKeeper, type SocketKeeper } from "../listening/unixSockets.ts";
import type { EventLog } from "../logs/eventLog.ts";
import type { LogFiles } from "../logs/files/logFiles.ts";
import type { LogStore } from "../logs/logStore.ts";
import { Metrics } from "../monitoring/metrics/metrics.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import { createGenerations, type Generations } from "../renewal/generations.ts";
import { RecipeSource } from "../renewal/recipeSource.ts";
import { resolvePlace } from "../renewal/releasePlace.ts";
import { Renewals, type RenewalsHost } from "../renewal/renewals.ts";
import { Leadership } from "../slots/leadership.ts";
import { createRestartPolicy, type RestartPolicy } from "../slots/restartPolicy.ts";
import { type SlotHost, SlotTable } from "../slots/slotTable.ts";
import { FirstAnswers } from "../traffic/firstAnswers.ts";
import { HandoffBroker, type HandoffTarget } from "../traffic/handoffBroker.ts";
import { mostOpenFiles } from "../traffic/openFileLimit.ts";
import { TrafficMeter } from "../traffic/trafficMeter.ts";
import { AppWatch } from "../watch/appWatch.ts";
import { WatcherProcess } from "../watcher/watcherProcess.ts";
import { WorkerRoster } from "../worker/workerRoster.ts";
import { createSnapshotPublisher, type SnapshotPublisher } from "./snapshotPublisher.ts";
import type { Trial } from "./trial.ts";

export interface AppSupervisorOptions {
  readonly recipe: LaunchRecipe;
  /** What it was made from, if that is to be read anew. */
  readonly origin?: RecipeOrigin | undefined;
  readonly version: string;
  readonly detached: boolean;
  /** Where supervisors write their endpoint files. */
  readonly endpointFolder: string;
  readonly logs: LogStore;
  readonly logFiles: Pick<LogFiles, "view" | "follow">;
  readonly events: EventLog;
  readonly monitor: Pick<Monitor, "url" | "port" | "follow">;
  /** The app is taken over from another supervisor. */
  readonly trial?: Trial | undefined;
  /** Keeps the listening sockets for when this process has died. */
  readonly store?: SocketStore | undefined;
}

/** What the parts of an app may ask of it. */
export interface AppHost extends SlotHost, RenewalsHost, HealthHost {
  readonly name: string;
  readonly recipe: LaunchRecipe;
  readonly running: boolean;
  readonly leaving: boolean;
  /** Whether clients are served and will be. */
  readonly ready: boolean;
  readonly desiredWorkers: number;
  /** Whether another supervisor serves the app, and this one's workers have yet to be proven. */
  readonly onTrial: boolean;
  /** Whether the supervisor is being renewed. */
  readonly upgrading: boolean;
  /** The supervisor that has taken the app over. */
  readonly successor: HandoffTarget | undefined;
  snapshot(): Snapshot;
  /** Files have changed, relative to the app's folder: they are to be run. */
  renewChanged(files: readonly string[]): void;
}

/** What an app consists of; each part does one thing, and none decides how the app should be. */
export interface AppParts {
  readonly acceptor: Acceptor;
  readonly broker: HandoffBroker;
  readonly debugSessions: DebugSessions;
  readonly doors: InspectorDoors;
  readonly generations: Generations;
  readonly health: HealthActions;
  readonly keeper: SocketKeeper;
  readonly leadership: Leadership;
  readonly metrics: Metrics;
  readonly policy: RestartPolicy;
  readonly publisher: SnapshotPublisher;
  readonly renewals: Renewals;
  readonly roster: WorkerRoster;
  readonly source: RecipeSource;
  readonly table: SlotTable;
  readonly traffic: TrafficMeter;
  readonly firstAnswers: FirstAnswers;
  readonly watch: AppWatch;
  readonly watcher: WatcherProcess;
}

/** @param host Is not asked before this has returned. */
export function createAppParts(options: AppSupervisorOptions, host: AppHost): AppParts {
  const { recipe, logs, events, endpointFolder, monitor } = options;
  const source = new RecipeSource(options.origin);
  const generations = createGenerations(recipe);
  const policy = createRestartPolicy(() => ({ ...generations.current, workers: host.desiredWorkers }), steadyNow);
  const publisher = createSnapshotPublisher(() => host.snapshot());
  const table = new SlotTable(host, policy, events);
  const leadership = new Leadership(table.slots);
  const watcher = new WatcherProcess(events);
  const keeper = createSocketKeeper({
    events,
    isServed: (path) => acceptor.holds(path),
    putBack: (path) => renewals.current?.socketRemoved(path),
  });
  const broker = new HandoffBroker({
    serving: () => (host.successor === undefined ? table.serving() : [host.successor]),
  });
  const acceptor: Acceptor = new Acceptor({
    shared: workersAccept(recipe.scheduling),
    paths: keeper,
    limit: () => generations.current.maxWaiting,
    mostOpenFiles,
    onRefused: (waiting) => health.refused(waiting),
    inherited: options.trial?.sockets,
    store: options.store,
  });
  const roster = new WorkerRoster({
    app: recipe.name,
    logs,
    events,
    reachability: createReachability({ acceptor, files: keeper }),
    healthPort: () => monitor.port,
    endpointFolder,
    table,
  });
  const doors = new InspectorDoors(events);
  const debugSessions = new DebugSessions({ events, workers: host.workers });
  const health: HealthActions = new HealthActions(host, events, acceptor);
  const traffic = new TrafficMeter({ workers: host.workers, broker, acceptor });
  const firstAnswers = new FirstAnswers(host.workers, (text) => {
    events.log("warning", "slowFirstAnswers", text);
    renewals.addNote(text);
  });
  const renewals: Renewals = new Renewals({ host, generations, traffic, firstAnswers, events });
  const metrics = new Metrics({
    get isAsked() {
      return monitor.url !== undefined;
    },
    isReady: () => host.ready,
    snapshot: () => host.snapshot(),
    workers: host.workers,
  });
  renewals.onDidReport((report) => metrics.renewed(report));
  const watch = new AppWatch(
    {
      recipe: () => generations.current,
      place: () => resolvePlace(generations.current),
      files: () => source.files,
      startedAt: () => generations.openedAt,
      prepared: () => renewals.prepared,
      renew: (files) => host.renewChanged(files),
      settled: () => host.reconcile(),
      changed: () => publisher.invalidate(),
    },
    events,
  );
  return {
    acceptor,
    broker,
    debugSessions,
    doors,
    firstAnswers,
    generations,
    health,
    keeper,
    leadership,
    metrics,
    policy,
    publisher,
    renewals,
    roster,
    source,
    table,
    traffic,
    watch,
    watcher,
  };
}
