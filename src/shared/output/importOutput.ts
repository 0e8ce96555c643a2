import * as v from "valibot";
import { appConfigSchema } from "../appConfig.ts";

/** An option of a pm2 file, and what becomes of it. */
const findingSchema = v.object({
  /** As written. */
  option: v.string(),
  verdict: v.picklist(["equal", "translated", "notNeeded", "notSupported", "ignoredByPm2"]),
  text: v.string(),
});

/** `hitless import --json`. */
export const importOutputSchema = v.object({
  /** The `hitless.json`, absolute. */
  file: v.string(),
  /** Whether it was written, with `--yes`. */
  written: v.boolean(),
  /** What it is to hold. */
  after: v.string(),
  /** Of everything beside the apps. */
  findings: v.array(findingSchema),
  apps: v.array(
    v.object({
      name: v.string(),
      /** Absent when it can't be started, and is not written. */
      config: v.optional(appConfigSchema),
      /** Why it can't be started, a sentence each. */
      problems: v.array(v.string()),
      findings: v.array(findingSchema),
    }),
  ),
});
export type ImportOutput = v.InferOutput<typeof importOutputSchema>;
