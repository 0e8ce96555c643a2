import { checkOneFleet } from "./checkOneFleet.ts";
import { showFleetHistory } from "./fleetRunHistory.ts";
import { cancelFleet, renewFleet } from "./renewFleet.ts";

/** What is done to fleets, in a bundle of its own that is loaded with the first such command. */
export const fleetCommands = {
  renew: renewFleet,
  cancel: cancelFleet,
  check: checkOneFleet,
  showHistory: showFleetHistory,
} as const;
