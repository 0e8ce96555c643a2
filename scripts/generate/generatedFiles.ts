import { importRules } from "./importTable.ts";

/** The files that are made from tables, by their path in the project, and what each is to hold. */
export function generatedFiles(): Map<string, string> {
  return new Map([["biome.imports.json", importRules()]]);
}
