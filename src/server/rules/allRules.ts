import type { Rule } from "../analysis/rule.ts";
import { exitBeforeClose } from "./exitBeforeClose.ts";
import { longKeepAlive } from "./longKeepAlive.ts";
import { nestedCluster } from "./nestedCluster.ts";
import { randomPort } from "./randomPort.ts";
import { shutdownMessage } from "./shutdownMessage.ts";
import { signalWithoutExit } from "./signalWithoutExit.ts";
import { socketIoAlone } from "./socketIoAlone.ts";
import { log4jsCluster } from "./startup/log4jsCluster.ts";
import { metricsPerWorker } from "./startup/metricsPerWorker.ts";
import { portProbe } from "./startup/portProbe.ts";
import { primaryOnly } from "./startup/primaryOnly.ts";
import { inMemoryStore } from "./state/inMemoryStore.ts";
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
  timerPerWorker,
  syncInRequest,
  randomPort,
  socketIoAlone,
  longKeepAlive,
  primaryOnly,
  metricsPerWorker,
  portProbe,
  log4jsCluster,
];
