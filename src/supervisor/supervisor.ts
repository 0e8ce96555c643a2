import { dirname } from "node:path";
import { HitlessError } from "../shared/errors.ts";
import type { Endpoint, LaunchMessage } from "../shared/launch.ts";
import { protocolVersion } from "../shared/protocol.ts";
import { AppSupervisor } from "./app/appSupervisor.ts";
import { checkSchedule } from "./app/checkSchedule.ts";
import { Trial } from "./app/trial.ts";
import { type ControlServer, openControlServer } from "./control/controlServer.ts";
import { removeEndpoint, removeSocket, writeEndpointFile } from "./control/endpointFile.ts";
import { createLastOutput } from "./control/lastOutput.ts";
import { findOtherWriter } from "./control/logFileClaims.ts";
import { createGracePeriod } from "./grace.ts";
import { onMissingInternal } from "./internals.ts";
import { ServiceStore } from "./listening/serviceStore.ts";
import { createEventLog } from "./logs/eventLog.ts";
import { LogFiles } from "./logs/files/logFiles.ts";
import { createLogStore } from "./logs/logStore.ts";
import { answerHealth } from "./monitoring/healthAnswers.ts";
import { Monitor } from "./monitoring/monitor.ts";
import { createRequestHandlers } from "./requestHandlers.ts";
import { listenToSignals } from "./signals.ts";
import type { Predecessor } from "./upgrade/predecessor.ts";
import { Succession } from "./upgrade/succession.ts";
import { createUpgrades } from "./upgrade/upgrades.ts";
import { sweepStrays } from "./watcher/sweep.ts";

/** A client that must lose none of the output begins to read it within this time, in milliseconds. */
const readerMs = 5_000;

/**
 * Starts the app and serves its clients until it is stopped or abandoned; then the process ends. Resolves once clients
 * can connect.
 * @param predecessor Serves the app until its workers here are proven.
 * @throws HitlessError `runtimeFolder` if the control channel can't be opened, `invalidState` if `health` can't be listened on, `badConfig` for
 * a `schedule` that is none, or for `logs` that can't be written.
 */
export async function runSupervisor(launch: LaunchMessage, predecessor?: Predecessor): Promise<void> {
  const { recipe, detached, graceMs, endpointFile, socket, secret } = launch;
  await checkSchedule(recipe.schedule);
  const logs = createLogStore();
  if (launch.keepsOutput === true) {
    logs.expectReader(readerMs);
  }
  const events = createEventLog();
  onMissingInternal((what) => events.log("warning", "internals", `Node.js ${process.version} has changed ${what}`));
  const monitor = new Monitor({
    events,
    answer: (path) =>
      path === "/metrics"
        ? app.metrics.text().then((body) => ({ status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body }))
        : answerHealth(path, () => ({ ready: app.ready, snapshot: app.snapshot() })),
    moved: () => app.publisher.invalidate(),
  });
  let endpoint: Endpoint = {
    protocolVersion,
    pid: process.pid,
    ...(launch.pidSpace !== undefined && { pidSpace: launch.pidSpace }),
    socket,
    name: recipe.name,
    root: recipe.cwd,
    secret,
    startedAt: Date.now(),
  };
  let isKnown = false;
  const endpointFolder = dirname(endpointFile);
  const logFiles = new LogFiles({
    events,
    hold: logs.hold,
    claim: async (paths) => {
      const before = endpoint;
      endpoint = { ...endpoint, logFiles: [...paths] };
      if (!isKnown) {
        return undefined;
      }
      writeEndpointFile(endpointFile, endpoint);
      const refusal = findOtherWriter(endpoint, endpointFolder);
      if (refusal !== undefined) {
        endpoint = before;
        writeEndpointFile(endpointFile, endpoint);
      }
      return refusal;
    },
    changed: () => app.publisher.invalidate(),
  });
  if (predecessor === undefined) {
    logs.copyTo(logFiles);
  }
  const trial = predecessor && new Trial(predecessor);
  // The descriptors are those of the process that was launched; a supervisor before this one sends its handles.
  const kept = launch.service && {
    ...launch.service,
    sockets: predecessor === undefined ? launch.service.sockets : [],
  };
  const store = kept && new ServiceStore(kept, events);
  const app: AppSupervisor = new AppSupervisor({
    trial,
    store,
    recipe,
    origin: launch.origin,
    version: launch.version,
    detached,
    endpointFolder,
    logs,
    logFiles,
    events,
    monitor,
  });
  if (predecessor === undefined) {
    await monitor.open(recipe.health);
  }
  await logFiles.open(recipe.logs);
  let stops = false;
  let left = false;
  /** Whether clients find this supervisor by the endpoint file. */
  let isFound = predecessor === undefined;
  const removeFiles = (): void => {
    if (isFound) {
      removeEndpoint(endpointFile, socket);
    } else {
      removeSocket(socket);
    }
    upgrades.tidy();
  };

  const lastOutput = createLastOutput(logs, events);

  const leave = (): void => {
    if (!left) {
      left = true;
      monitor.close();
      removeFiles();
      // Clients that still read the last output close their connection when they have it.
      if (server.clients === 0) {
        setImmediate(() => process.exit(0));
      } else {
        lastOutput.end(() => process.exit(0));
      }
    }
  };

  const stop = (now: boolean): Promise<void> => {
    if (upgrades.isLeaving) {
      upgrades.forward(now ? "stopNow" : "stop");
    }
    upgrades.cancel("The app was stopped.");
    return new Promise((resolve) => {
      const listening = app.onDidStop(() => {
        listening.dispose();
        stops = true;
        void logFiles.close().finally(() => {
          resolve();
          setImmediate(leave);
        });
      });
      void app.watch.set(false);
      app.stop(now);
    });
  };

  const grace = createGracePeriod(graceMs, () => {
    if (upgrades.isLeaving || app.succession.onTrial) {
      return;
    }
    if (!detached || (app.stopped && !app.awaitsSchedule)) {
      events.log("info", "abandoned", `no client for ${graceMs} ms; stopping`);
      void stop(false);
    }
  });
  app.onDidStop(() => {
    if (upgrades.isLeaving) {
      void upgrades.stopped();
    } else if (detached && server.clients === 0) {
      grace.clientsChanged(0);
    }
  });

  /** Another supervisor serves the app. */
  const moving = new AbortController();
  const upgrades = createUpgrades({
    app,
    launch,
    ...{ logs, logFiles, events, monitor },
    moved: (to) => {
      isFound = false;
      server.move(to);
      moving.abort();
    },
    failed: () => writeEndpointFile(endpointFile, endpoint),
    left: () => setImmediate(leave),
  });

  const server: ControlServer = await openControlServer({
    socket,
    secret,
    handlers: createRequestHandlers({
      app,
      logs,
      logFiles,
      events,
      stop,
      lastOutput,
      isLeaving: () => stops,
      upgrade: upgrades.start,
      moved: moving.signal,
    }),
    onClientsChanged: (clients) => {
      grace.clientsChanged(clients);
      if (left && clients === 0) {
        process.exit(0);
      }
    },
    onTrouble: (message) => events.log("warning", "control", message),
  }).catch((error: unknown) => {
    throw new HitlessError("runtimeFolder", `The control socket ${socket} can't be opened: ${String(error)}`);
  });
  const publish = (): void => {
    writeEndpointFile(endpointFile, endpoint);
    isFound = true;
    isKnown = true;
  };
  if (predecessor === undefined) {
    try {
      publish();
    } catch (error) {
      server.close();
      throw new HitlessError("runtimeFolder", `The endpoint file ${endpointFile} can't be written: ${String(error)}`);
    }
  }
  process.on("exit", removeFiles);
  const otherWriter = predecessor === undefined ? findOtherWriter(endpoint, endpointFolder) : undefined;
  if (otherWriter !== undefined) {
    server.close();
    throw new HitlessError("badConfig", `logs: ${otherWriter}`, { remedy: "openSettings" });
  }

  app.publisher.onDidPublish((snapshot) => {
    server.broadcast("app/snapshot", snapshot);
    if (snapshot.app.state === "running") {
      store?.tidy();
    }
  });
  app.renewals.onDidReport((report) => server.broadcast("app/report", report));
  events.onDidLog((event) => server.broadcast("app/event", event));

  const renewBySignal = (kind: "reload" | "gracefulReload"): void => {
    if (upgrades.isLeaving) {
      upgrades.forward(kind);
      return;
    }
    Promise.resolve()
      .then(() => app.renewalRequests.renewAnew(kind))
      .catch((error: unknown) => events.log("warning", "signal", `${kind} by signal: ${String(error)}`));
  };
  // A fault in the supervisor must not take the app down; what it was doing is reconciled with the next event.
  process.on("uncaughtException", (error) => {
    try {
      events.log("error", "internal", `internal error: ${error.stack ?? error.message}`);
    } catch {
      // Telling of a fault must not become the next one.
    }
  });
  listenToSignals({
    reload: () => renewBySignal("reload"),
    gracefulReload: () => renewBySignal("gracefulReload"),
    stop: (times) => void stop(times > 1),
  });
  if (predecessor !== undefined && trial !== undefined) {
    void new Succession({
      predecessor,
      trial,
      ...{ app, logs, logFiles, events, socket },
      version: launch.version,
      startedAt: endpoint.startedAt,
      publish,
      serving: (take) => {
        grace.clientsChanged(server.clients);
        const { address, handle } = predecessor.monitor ?? {};
        void monitor.open(recipe.health, address === recipe.health ? handle : undefined).catch((error: unknown) => {
          events.log("error", "health", error instanceof Error ? error.message : String(error));
        });
        if (take.watch) {
          void app.watch.set(true);
        }
      },
      stop: (now) => void stop(now),
      renew: renewBySignal,
      abort: () => {
        // It is the old one that is found.
        isFound = false;
        void stop(true);
      },
      left: () => predecessor.release(),
    });
    app.start();
    return;
  }
  const swept = sweepStrays().then((strays) => {
    if (strays.length > 0) {
      const who = `pid ${strays.join(", ")}`;
      events.log("warning", "strays", `workers that a killed supervisor had left behind were ended: ${who}`);
    }
  });
  if (process.platform !== "win32") {
    // They may hold the app's port. On Windows to look takes longer than to start, so it is done meanwhile.
    await swept;
  }
  if (left) {
    // It was told to stop meanwhile.
    return;
  }
  if (launch.choice !== undefined) {
    events.log("info", "entryChosen", launch.choice);
  }
  if (launch.debug !== undefined) {
    app.debugSessions.expect(launch.debug);
  }
  app.start();
  if (recipe.watch !== false) {
    // Not waited for: in a large folder it takes longer than a launcher waits for its answer.
    void app.watch.set(true);
  }
}
