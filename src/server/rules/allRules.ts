import type { Rule } from "../analysis/rule.ts";
import { broadcastPerWorker } from "./connections/broadcastPerWorker.ts";
import { exitBeforeClose } from "./exitBeforeClose.ts";
import { longKeepAlive } from "./longKeepAlive.ts";
import { nestedCluster } from "./nestedCluster.ts";
import { randomPort } from "./randomPort.ts";
import { shutdownMessage } from "./shutdownMessage.ts";
import { signalWithoutExit } from "./signalWithoutExit.ts";
import { socketIoAlone } from "./socketIoAlone.ts";
import { botPerWorker } from "./startup/botPerWorker.ts";
import { log4jsCluster } from "./startup/log4jsCluster.ts";
import { metricsPerWorker } from "./startup/metricsPerWorker.ts";
import { migrationPerWorker } from "./startup/migrationPerWorker.ts";
import { portProbe } from "./startup/portProbe.ts";
import { primaryOnly } from "./startup/primaryOnly.ts";
import { socketFileRemoved } from "./startup/socketFileRemoved.ts";
import { fileDatabase } from "./state/fileDatabase.ts";
import { inMemoryStore } from "./state/inMemoryStore.ts";
import { logFile } from "./state/logFile.ts";
import { workerLocalState } from "./state/workerLocalState.ts";
import { syncInRequest } from "./syncInRequest.ts";
import { timerPerWorker } from "./timerPerWorker.ts";

/** All rules, in the order of the documentation. */
export const rules: readonly Rule[] = [
  exitBeforeClose,
  signalWithoutExit,
  shutdownMessage,
  nestedCluster,
  workerLocalState,
  inMemoryStore,
  fileDatabase,
  logFile,
  timerPerWorker,
  migrationPerWorker,
  botPerWorker,
  syncInRequest,
  randomPort,
  socketIoAlone,
  broadcastPerWorker,
  longKeepAlive,
  primaryOnly,
  metricsPerWorker,
  portProbe,
  socketFileRemoved,
  log4jsCluster,
];
