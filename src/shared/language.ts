import * as v from "valibot";
import { HitlessError } from "./errors.ts";
import { languageNotifications } from "./languageNames.ts";

/** What the language server knows about one app of the window. */
export const languageAppSchema = v.object({
  key: v.string(),
  name: v.string(),
  /** Absolute paths of its working directory and, as far as they are known, the files that its workers run. */
  root: v.string(),
  entries: v.array(v.string()),
  /** For display, in the editor's language: `running · 2 workers`. */
  status: v.string(),
  /** Which commands make sense now. */
  startable: v.boolean(),
  renewable: v.boolean(),
  /** Whether it has workers to inspect. */
  active: v.boolean(),
  /** Workers wanted; absent: one per CPU. */
  workers: v.optional(v.number()),
  /** Milliseconds a worker has to finish its requests. */
  drainTimeout: v.number(),
  /** Whether it is renewed by gracefulReload, so that its workers get the message `shutdown`. */
  gracefulReload: v.boolean(),
});
export type LanguageApp = v.InferOutput<typeof languageAppSchema>;

export const languageStateSchema = v.object({
  /** In an untrusted workspace nothing can be started. */
  trusted: v.boolean(),
  apps: v.array(languageAppSchema),
});
export type LanguageState = v.InferOutput<typeof languageStateSchema>;

/** The `initializationOptions` of the language server. */
export const languageOptionsSchema = v.object({
  state: languageStateSchema,
  /** Translations from English; empty for English. */
  texts: v.record(v.string(), v.string()),
  /** Address of the folder with a page for each rule, ending with `/`; absent: rules have no links. */
  ruleDocs: v.optional(v.string()),
});
export type LanguageOptions = v.InferOutput<typeof languageOptionsSchema>;

/** Severities as in the settings `hitless.rules.<id>`; `default`: the rule's own. */
export const ruleLevelSchema = v.picklist(["default", "error", "warning", "information", "hint", "off"]);
export type RuleLevel = v.InferOutput<typeof ruleLevelSchema>;

/** @throws HitlessError `badMessage` that names the field. */
export function parseLanguageOptions(input: unknown): LanguageOptions {
  return parse(languageOptionsSchema, input, "initializationOptions");
}

/** @throws HitlessError `badMessage` that names the field. */
export function parseLanguageState(input: unknown): LanguageState {
  return parse(languageStateSchema, input, languageNotifications.apps);
}

function parse<Schema extends v.GenericSchema>(schema: Schema, input: unknown, where: string): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) {
    return result.output;
  }
  const [issue] = result.issues;
  throw new HitlessError("badMessage", `${where}: ${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
}
