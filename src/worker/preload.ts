import cluster from "node:cluster";
import type { Server, Socket } from "node:net";
import { isMainThread } from "node:worker_threads";
import {
  debugVariable,
  type FromWorkerBody,
  inspectBreakFlag,
  inspectPortFlag,
  type StopSignal,
  type ToWorkerBody,
} from "../shared/workerMessages.ts";
import { type DrainChannel, openChannel } from "./channel.ts";
import { acceptProbe } from "./connections/acceptProbe.ts";
import { createAnswerTimer } from "./connections/answerTimer.ts";
import { isAttended } from "./connections/attended.ts";
import { watchConnectProbes } from "./connections/connectProbes.ts";
import { idleTimes } from "./connections/idleTimes.ts";
import { watchOwnClients } from "./connections/ownClients.ts";
import { createParking } from "./connections/parking.ts";
import { countLimitedRequests } from "./connections/requestLimit.ts";
import { isHttpServer, trackServers } from "./connections/servers.ts";
import { holdSharedAccepts } from "./connections/sharedAccept.ts";
import { watchTraffic } from "./connections/traffic.ts";
import { Drain } from "./drain/drain.ts";
import { createGuard } from "./guard.ts";
import { keepOwnTicketKeys, shareSessions } from "./internals/ownTicketKeys.ts";
import { canMoveConnections, watchReplacedEmit } from "./internals/serverConnections.ts";
import { createLayerDesk } from "./layers/desk.ts";
import { createMetricsDesk } from "./metrics/metricsDesk.ts";
import { awaitDebugger, closeInspector, openInspector } from "./process/debugging.ts";
import { describeError, watchFatalErrors } from "./process/fatalErrors.ts";
import { setLeader } from "./process/leader.ts";
import { explainNestedCluster } from "./process/nestedCluster.ts";
import { createProcessHold } from "./process/processHold.ts";
import { keepWarnings } from "./process/warningLog.ts";

/*
 * Runs in every worker before the app (`node --require`). Threads and child processes of the app inherit the flag, so
 * it first makes sure that it is in a worker of the supervisor and not in one of those.
 */
if (process.env.HITLESS_WORKER !== undefined) {
  const channel = isMainThread && cluster.isWorker ? openChannel() : undefined;
  if (channel !== undefined || !isMainThread) {
    // A thread has the flags that the process was started with.
    hideFromApp();
  }
  if (channel !== undefined) {
    prepareWorker(channel);
  }
}

function signOfLife(): FromWorkerBody {
  return {
    type: "beat",
    memory: process.memoryUsage.rss(),
    inspectable: process.features.inspector && process.listenerCount("SIGUSR1") === 0,
  };
}

function prepareWorker(channel: DrainChannel): void {
  const guard = createGuard(channel);
  guard("start", () => {
    const warnings = keepWarnings(guard);
    const fatalErrors = watchFatalErrors(channel, guard);
    explainNestedCluster();
    const hold = createProcessHold(channel, guard);
    // The first worker of all has nobody to find on its port.
    const probes = process.env.HITLESS_ID?.endsWith("-1") === true ? undefined : watchConnectProbes(guard);
    const ownClients = watchOwnClients(guard);
    // By itself: a server listens whatever becomes of its tickets.
    const resumeSessions = guard("TLS sessions", (server: Server) => {
      keepOwnTicketKeys(server);
      shareSessions(server);
    });
    const tracker = trackServers(guard, {
      listening: (tracked) => {
        const { server, key, protocol, address, systemPort } = tracked;
        hold.serverListens(server);
        resumeSessions(server);
        probes?.listens();
        if (isHttpServer(server)) {
          countLimitedRequests(server, guard);
          watchReplacedEmit(server, guard);
        }
        const handoff = protocol === "http" && canMoveConnections(server);
        channel.send({
          type: "listening",
          server: key,
          protocol,
          address,
          systemPort,
          tried: tracker.tried(probes?.ports()),
          handoff,
        });
        traffic.serverListens(tracked);
        drain.serverListens(tracked);
      },
      failed: (error) => {
        const { name, code, message, address, port } = describeError(error);
        if (code === "EADDRINUSE" || code === "EACCES") {
          channel.send({ type: "listenFailed", name, code, message, address, port });
        }
      },
      closed: ({ key }) => {
        // A drain ends the listening itself; what the supervisor knows of the worker is then how it was.
        if (!drain.isDraining() && tracker.find(key) === undefined) {
          channel.send({ type: "closed", server: key });
        }
      },
      behind: (tracked) => drain.serverListens(tracked),
    });
    const parking = createParking({ channel, tracker, guard, isDraining: () => drain.isDraining() });
    const traffic = watchTraffic(tracker, guard);
    const answerTimer = createAnswerTimer(channel, guard);
    const drain = new Drain({ channel, tracker, parking, traffic, hold, guard });
    const layers = createLayerDesk(channel, guard, {
      servers: tracker.servers,
      warnings,
      idleTimes: () => idleTimes(tracker),
    });
    const metrics = createMetricsDesk(channel, guard);
    const sharedAccept = holdSharedAccepts(
      guard,
      ownClients.has,
      (key, connection) => channel.send({ type: "unserved", key }, connection, () => connection.close()),
      hold.acceptsLess,
    );
    const answerListens = (server: string): void => {
      const tracked = tracker.find(server);
      // A drain ends the listening itself, at once.
      if (drain.isDraining()) {
        channel.send({ type: "listens", server, attended: true });
      } else if (tracked !== undefined) {
        channel.send({ type: "listens", server, attended: isAttended(tracked) });
      }
    };
    const receive = (message: ToWorkerBody, socket: Socket | undefined): void => {
      switch (message.type) {
        case "accept":
          if (message.on) {
            sharedAccept.begin();
          } else {
            sharedAccept.stop();
            channel.send({ type: "acceptStopped" });
          }
          break;
        case "beat":
          traffic.look();
          probes?.look();
          fatalErrors.look();
          // Heartbeats begin when it is ready.
          ownClients.stop();
          channel.send(signOfLife());
          break;
        case "closeInspector":
          closeInspector(channel);
          break;
        case "openInspector":
          openInspector(channel);
          break;
        case "connection":
          parking.receive(message, socket);
          break;
        case "count":
          traffic.count(message.on);
          if (!message.on) {
            channel.send({ type: "counted", served: traffic.served() });
          }
          break;
        case "timeAnswers":
          answerTimer.begin();
          break;
        case "drain":
          answerTimer.end();
          drain.start(message);
          break;
        case "extend":
          drain.extend(message.ms);
          break;
        case "layers":
          layers.asked(message);
          break;
        case "leader":
          setLeader(message.on);
          break;
        case "leave":
          hold.leave(message.signal);
          break;
        case "arrived":
          drain.arrived(message.ids);
          break;
        case "listens":
          answerListens(message.server);
          break;
        case "metrics":
          metrics.asked(message.id);
          break;
        case "probe":
          acceptProbe(tracker.find(message.server)?.server, socket);
          break;
        case "whose":
          if (ownClients.has(message)) {
            channel.send({ type: "mine", port: message.port, to: message.to });
          }
          break;
        case "terminate":
          hold.leave(message.signal);
          terminate(message.signal);
          break;
      }
    };
    channel.listen(guard("message", receive));
    channel.send({ type: "hello" });
    // At once, so that the supervisor can take a stack though the app blocks before the first heartbeat.
    channel.send(signOfLife());
    if (process.env[debugVariable] !== undefined) {
      delete process.env[debugVariable];
      awaitDebugger(channel);
    }
  })();
}

/** Takes the flags that are ours out of what the app sees and its children inherit. */
function hideFromApp(): void {
  const { execArgv } = process;
  const index = execArgv.indexOf(__filename);
  if (index > 0) {
    // Before it stands what lets our files be read under the permission model.
    const reading = `--allow-fs-read=${__dirname}`;
    const own = execArgv.slice(0, index - 1).filter((argument) => argument.startsWith(reading)).length;
    execArgv.splice(index - 1 - own, 2 + own);
  }
  // Ours stands first, and Node adds the port again at the end.
  if (execArgv[0] === inspectPortFlag || execArgv[0] === inspectBreakFlag) {
    execArgv.shift();
    if (execArgv.at(-1) === inspectPortFlag) {
      execArgv.pop();
    }
  }
}

/** What the signal would do: the app's own handler if it has one, else the end. */
function terminate(signal: StopSignal): void {
  if (!process.emit(signal, signal)) {
    process.exit(0);
  }
}
