import type { AppDefinition } from "./appDefinition.ts";
import type { AppView } from "./appView.ts";
import { chosenEntry } from "./entryChoice.ts";
import type { SessionMemory } from "./sessionHost.ts";

/** What an app would run, and the port that it would be given; `undefined` when no file is known. */
export function restingFacts(definition: AppDefinition, memory: SessionMemory): AppView["resting"] {
  const { config, entries } = definition;
  const chosen = config.entry ?? chosenEntry(definition, memory);
  const candidate = chosen === undefined ? entries[0] : entries.find((each) => each.entry === chosen);
  const entry = chosen ?? candidate?.entry;
  if (entry === undefined) {
    return undefined;
  }
  const port = Number(config.env?.PORT ?? candidate?.env.PORT);
  return { entry, ...(Number.isInteger(port) && port > 0 && { port }) };
}
