import * as v from "valibot";
import { appConfigSchema, type LaunchRecipe, launchRecipeSchema } from "./appConfig.ts";
import { errorCodes } from "./errors.ts";
import { logPartsSchema } from "./settings/logSettings.ts";

/**
 * The small file by which clients find a supervisor: one per supervisor, named `<id>.json`, mode 0600, in the per-user
 * runtime folder. Stale when `pid` is dead or `socket` refuses.
 */
export const endpointSchema = v.object({
  protocolVersion: v.number(),
  pid: v.number(),
  /** Where that id is counted, when the launcher could tell: containers count their own. */
  pidSpace: v.optional(v.string()),
  /** Path of the Unix socket, or name of the Windows pipe. */
  socket: v.string(),
  name: v.string(),
  /** Absolute path of the app's working directory. */
  root: v.string(),
  secret: v.string(),
  /** Epoch milliseconds. */
  startedAt: v.number(),
  /** Real paths of the files to which the app's output is written. */
  logFiles: v.optional(v.array(v.string())),
});
export type Endpoint = v.InferOutput<typeof endpointSchema>;

/** What a recipe was made from, so that it can be made again of files that have changed since. */
export const recipeOriginSchema = v.strictObject({
  config: appConfigSchema,
  /** The `hitless.json` that says so, absolute, and what a command line said besides, which wins over it. */
  project: v.optional(
    v.strictObject({
      file: v.string(),
      app: v.string(),
      flags: v.strictObject({ ...appConfigSchema.entries, logs: v.optional(logPartsSchema) }),
    }),
  ),
  /** Absolute; `cwd` of the configuration is relative to it. */
  folder: v.string(),
  /** The environment that the workers inherit, before it is cleaned. */
  environment: v.record(v.string(), v.string()),
  /** The entry that was picked among those found, relative to the app's folder; absent: the best. */
  picked: v.optional(v.string()),
  node: v.object({ path: v.string(), version: v.string() }),
  /** Nobody named a Node.js program: `.nvmrc`, `.node-version` or the PATH says which. */
  choosesNode: v.boolean(),
  terminal: v.optional(v.object({ columns: v.optional(v.number()) })),
  /** Absolute; the files that were read, and those that would have been. */
  files: v.array(v.string()),
});
export type RecipeOrigin = v.InferOutput<typeof recipeOriginSchema>;

/** A recipe that was made again. */
export interface RecipeReading {
  readonly recipe: LaunchRecipe;
  /** What it was made of: the settings that stay when a file does not name the app any more. */
  readonly config: RecipeOrigin["config"];
  readonly files: readonly string[];
  /** What is to be known of it: one sentence each. */
  readonly notes: readonly string[];
}

/**
 * What the bundle `recipe.cjs` exports, which the supervisor loads when one of the files has changed.
 * @throws HitlessError as the making of any recipe does.
 */
export type RereadRecipe = (origin: RecipeOrigin) => Promise<RecipeReading>;

/** A service manager that keeps the listening sockets of an app while nobody runs it. */
export const serviceKeeperSchema = v.strictObject({
  /** Where it hears (sd_notify(3)). */
  notifySocket: v.string(),
  /** Where its helper is looked for. */
  path: v.string(),
  /** Those that it has kept, by the names that they were given, and their numbers in the process that reads this. */
  sockets: v.array(v.strictObject({ name: v.string(), fd: v.number() })),
});
export type ServiceKeeper = v.InferOutput<typeof serviceKeeperSchema>;

/** The one message that a launcher sends to the supervisor it spawned, over Node's IPC channel. */
export const launchMessageSchema = v.strictObject({
  kind: v.literal("launch"),
  protocolVersion: v.number(),
  version: v.string(),
  recipe: launchRecipeSchema,
  /** What the recipe was made from; absent: it stays as it is. */
  origin: v.optional(recipeOriginSchema),
  endpointFile: v.string(),
  socket: v.string(),
  secret: v.string(),
  pidSpace: v.optional(v.string()),
  /** Keep running when no client is connected. */
  detached: v.boolean(),
  /** A client that must lose none of the output comes at once. */
  keepsOutput: v.optional(v.boolean()),
  /** A client comes that debugs the app from its first line: the first workers wait for it. */
  debug: v.optional(v.strictObject({ stopOnEntry: v.boolean() })),
  /** Milliseconds without a client before the app is stopped gracefully; ignored when `detached`. */
  graceMs: v.number(),
  /** The app runs as a service whose manager keeps sockets. */
  service: v.optional(serviceKeeperSchema),
  /** How the entry was found and what is left out of its script, as one line: the first of the log. */
  choice: v.optional(v.string()),
});
export type LaunchMessage = v.InferOutput<typeof launchMessageSchema>;

/** The message before defaults are filled in. */
export type LaunchMessageInput = v.InferInput<typeof launchMessageSchema>;

/** Milliseconds a supervisor waits for a client to reconnect. */
export const defaultGraceMs = 10_000;

/** The supervisor's only answer: the control server listens, or why it can't. The IPC channel closes after it. */
export const launchReplySchema = v.variant("kind", [
  v.object({ kind: v.literal("launched"), pid: v.number() }),
  v.object({ kind: v.literal("refused"), code: v.picklist(errorCodes), message: v.string() }),
]);
export type LaunchReply = v.InferOutput<typeof launchReplySchema>;
