import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { AppDefinition } from "./appDefinition.ts";
import type { SessionMemory } from "./sessionHost.ts";

/** The file that the user once chose, relative to the app's folder, if it still exists. */
export function chosenEntry(definition: AppDefinition, memory: SessionMemory): string | undefined {
  const entry = definition.config.entry === undefined ? memory.get(memoryKey(definition)) : undefined;
  return entry !== undefined && existsSync(resolve(definition.base, entry)) ? entry : undefined;
}

/**
 * Whether the user has to choose the entry. What a script runs is no guess, so it needs no choice unless it runs several,
 * though it can be overridden by one.
 */
export function needsEntryChoice(definition: AppDefinition, memory: SessionMemory): boolean {
  const [best, ...others] = definition.entries;
  const guessed = best?.why.startsWith("scripts.") !== true || others.some(({ why }) => why === best.why);
  return others.length > 0 && guessed && chosenEntry(definition, memory) === undefined;
}

export function rememberEntry(definition: AppDefinition, memory: SessionMemory, entry: string): void {
  memory.set(memoryKey(definition), entry);
}

function memoryKey({ key }: AppDefinition): string {
  return `entry:${key}`;
}
