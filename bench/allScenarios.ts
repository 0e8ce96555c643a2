import type { Scenario } from "./bench.ts";
import { activation } from "./scenarios/activation.ts";
import { fleet } from "./scenarios/fleet.ts";
import { idleConnections } from "./scenarios/idleConnections.ts";
import { idleCost } from "./scenarios/idleCost.ts";
import { language } from "./scenarios/language.ts";
import { layersCost } from "./scenarios/layersCost.ts";
import { manyReloads } from "./scenarios/manyReloads.ts";
import { protocols } from "./scenarios/protocols.ts";
import { reloadTimes } from "./scenarios/reloadTimes.ts";
import { save } from "./scenarios/save.ts";
import { slowHandlers } from "./scenarios/slowHandlers.ts";
import { strictKeepAlive } from "./scenarios/strictKeepAlive.ts";
import { supervisorDeath } from "./scenarios/supervisorDeath.ts";
import { tail } from "./scenarios/tail.ts";
import { throughput } from "./scenarios/throughput.ts";

/** In the order of the page. */
export const scenarios: readonly Scenario[] = [
  strictKeepAlive(0),
  strictKeepAlive(20),
  tail,
  protocols,
  slowHandlers,
  idleConnections,
  throughput("roundRobin"),
  throughput("shared"),
  manyReloads,
  reloadTimes,
  supervisorDeath,
  save,
  idleCost,
  layersCost,
  language,
  activation,
  fleet,
];
