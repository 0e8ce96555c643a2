import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { AppDefinition } from "./appDefinition.ts";
import type { SessionMemory } from "./sessionHost.ts";

/** The file that a person once chose, relative to the app's folder, if it is still there. */
export function chosenEntry(definition: AppDefinition, memory: SessionMemory): string | undefined {
  const entry = definition.config.entry === undefined ? memory.get(memoryKey(definition)) : undefined;
  return entry !== undefined && existsSync(resolve(definition.root, entry)) ? entry : undefined;
}

/**
 * Whether a person has to say which file is meant. What `scripts.start` runs is nobody's guess, so it needs no choice,
 * though one can be made against it.
 */
export function needsEntryChoice(definition: AppDefinition, memory: SessionMemory): boolean {
  const [best, ...others] = definition.entries;
  return others.length > 0 && best?.why !== "scripts.start" && chosenEntry(definition, memory) === undefined;
}

export function rememberEntry(definition: AppDefinition, memory: SessionMemory, entry: string): void {
  memory.set(memoryKey(definition), entry);
}

function memoryKey({ key }: AppDefinition): string {
  return `entry:${key}`;
}
