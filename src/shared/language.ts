import * as v from "valibot";
import { HitlessError } from "./errors.ts";
import { languageNotifications, languageRequests } from "./languageNames.ts";

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

/** Which code of an app answers a request? The answer is a `RouteAnswer`. */
export const routeQuestionSchema = v.object({
  /** The key of the app. */
  app: v.string(),
  method: v.pipe(v.string(), v.maxLength(100)),
  /** As the client sent it, with or without query. */
  path: v.pipe(v.string(), v.maxLength(20_000)),
});
export type RouteQuestion = v.InferOutput<typeof routeQuestionSchema>;

const positionSchema = v.object({ line: v.number(), character: v.number() });

export const routeAnswerSchema = v.object({
  /** The best; several if nothing tells which. */
  routes: v.array(
    v.object({
      uri: v.string(),
      range: v.object({ start: positionSchema, end: positionSchema }),
      /** `GET /users/:id`. */
      text: v.string(),
      /** `false`: it is not known what stands before its path, so it may be another. */
      isCertain: v.boolean(),
    }),
  ),
  /** Files that were looked at; 0: none may be read, or there are too many. */
  files: v.number(),
});
export type RouteAnswer = v.InferOutput<typeof routeAnswerSchema>;

/** Which paths of an app can be asked as they are written in its code? The answer is a `PathsAnswer`. */
export const pathsQuestionSchema = v.object({
  /** The key of the app. */
  app: v.string(),
});
export type PathsQuestion = v.InferOutput<typeof pathsQuestionSchema>;

/** At most thirty, of GET and without a parameter. */
export const pathsAnswerSchema = v.object({ paths: v.array(v.string()) });
export type PathsAnswer = v.InferOutput<typeof pathsAnswerSchema>;

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

/** @throws HitlessError `badMessage` that names the field. */
export function parseRouteQuestion(input: unknown): RouteQuestion {
  return parse(routeQuestionSchema, input, languageRequests.routes);
}

/** @throws HitlessError `badMessage` that names the field. */
export function parseRouteAnswer(input: unknown): RouteAnswer {
  return parse(routeAnswerSchema, input, languageRequests.routes);
}

/** @throws HitlessError `badMessage` that names the field. */
export function parsePathsQuestion(input: unknown): PathsQuestion {
  return parse(pathsQuestionSchema, input, languageRequests.paths);
}

/** @throws HitlessError `badMessage` that names the field. */
export function parsePathsAnswer(input: unknown): PathsAnswer {
  return parse(pathsAnswerSchema, input, languageRequests.paths);
}

function parse<Schema extends v.GenericSchema>(schema: Schema, input: unknown, where: string): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) {
    return result.output;
  }
  const [issue] = result.issues;
  throw new HitlessError("badMessage", `${where}: ${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
}
