import * as v from "valibot";
import { HitlessError } from "./errors.ts";

const longestTimeout = 2_147_483_647;

const nonEmpty = (what: string) => v.pipe(v.string(`must be a string`), v.nonEmpty(`must not be empty; give ${what}`));
const milliseconds = (least: number) =>
  v.pipe(
    v.number("must be a number of milliseconds"),
    v.integer("must be a whole number of milliseconds"),
    v.minValue(least, `must be at least ${least} (milliseconds)`),
    v.maxValue(longestTimeout, `must be at most ${longestTimeout} (milliseconds)`),
  );

// A union passes the complaints of the one member that fits the kind on as they are, so the members say the same.
const workerCountMessage = 'must be "max" or a whole number from 1 to 1024';
const surgeMessage = 'must be a whole number from 1 or a percentage from "1%" to "100%"';

/** A number of workers, or `"max"`: as many as the machine runs in parallel. */
export const workerCountSchema = v.union(
  [
    v.literal("max"),
    v.pipe(
      v.number(),
      v.integer(workerCountMessage),
      v.minValue(1, workerCountMessage),
      v.maxValue(1024, workerCountMessage),
    ),
  ],
  workerCountMessage,
);

/** How many new workers a reload starts at a time: a number from 1, or a percentage of the workers such as `"50%"`. */
export const surgeSchema = v.union(
  [
    v.pipe(v.number(), v.integer(surgeMessage), v.minValue(1, surgeMessage)),
    v.pipe(v.string(), v.regex(/^(100|[1-9][0-9]?)%$/, surgeMessage)),
  ],
  surgeMessage,
);

const httpUrl = v.pipe(
  v.string("must be a string"),
  v.check((text) => /^https?:\/\/[^\s/]+/.test(text), "must be an http:// or https:// address"),
);

/** What a person may write about an app, in the setting `hitless.apps` or as flags of the command line. */
export const appConfigSchema = v.strictObject({
  /** Shown everywhere and used by the command line; default: the package's name, else the folder's. */
  name: v.optional(
    v.pipe(
      nonEmpty("a name"),
      v.regex(
        /^[@\p{L}\p{N}][\p{L}\p{N} ._@/-]{0,99}$/u,
        "may hold letters, digits, spaces and . _ @ / - (at most 100)",
      ),
    ),
  ),
  /** The file the workers run, relative to `cwd`. */
  entry: v.optional(nonEmpty("the file to run")),
  workers: v.optional(workerCountSchema),
  args: v.optional(v.array(v.string("must be a string"), "must be an array of strings")),
  env: v.optional(v.record(v.string(), v.string("must be a string"), "must be an object of strings")),
  /** A file of `KEY=VALUE` lines; `env` wins over it. */
  envFile: v.optional(nonEmpty("a file")),
  /** Working directory of the workers; default: the workspace folder (extension) or the current one (command line). */
  cwd: v.optional(nonEmpty("a folder")),
  /** The Node.js program; default: `.nvmrc` or `.node-version`, then PATH. */
  node: v.optional(nonEmpty("the path of a Node.js program")),
  nodeArgs: v.optional(v.array(v.string("must be a string"), "must be an array of strings")),
  /** Ready when the app says `process.send('ready')`, not when it listens. */
  waitReady: v.optional(v.boolean("must be true or false")),
  /** Ready when, after it listens, this address answers 2xx or 3xx. */
  readyUrl: v.optional(httpUrl),
  readyTimeout: v.optional(milliseconds(1)),
  drainTimeout: v.optional(milliseconds(0)),
  killTimeout: v.optional(milliseconds(0)),
  surge: v.optional(surgeSchema),
  /** Hand idle connections of old workers to new ones instead of closing them. */
  handoff: v.optional(v.boolean("must be true or false")),
  /** Milliseconds after which event streams of a draining worker are ended. */
  streamGrace: v.optional(milliseconds(0)),
  /** Milliseconds over which the WebSockets of a draining worker are closed. */
  drainSpread: v.optional(milliseconds(0)),
  /** Milliseconds a new worker must stay up before old ones drain. */
  minReady: v.optional(milliseconds(0)),
  /** Start one new worker first; the others follow when it has stayed up for `minReady`. */
  canary: v.optional(v.boolean("must be true or false")),
  /** Milliseconds an event loop may be blocked before the worker counts as unresponsive; 0: never. */
  unresponsiveAfter: v.optional(milliseconds(0)),
  /** Replace an unresponsive worker, the new one first. */
  replaceUnresponsive: v.optional(v.boolean("must be true or false")),
  /** Mebibytes of memory (RSS) above which a worker is replaced, the new one first. */
  maxMemory: v.optional(
    v.pipe(
      v.number("must be a number of mebibytes"),
      v.integer("must be a whole number of mebibytes"),
      v.minValue(16, "must be at least 16 (mebibytes)"),
    ),
  ),
  /** Who gives new connections to workers: the supervisor in turn, or the system, which costs less and is less even. */
  scheduling: v.optional(v.picklist(["roundRobin", "shared"], 'must be "roundRobin" or "shared"')),
  /** Most connections that may wait while all workers are busy; each further one is closed at once (round-robin only). */
  maxWaiting: v.optional(
    v.pipe(
      v.number("must be a number"),
      v.integer("must be a whole number"),
      v.minValue(1, "must be at least 1"),
      v.maxValue(1_000_000, "must be at most 1000000"),
    ),
  ),
  /** Unexpected exits in a row or within 60 s before the app counts as crash-looping. */
  maxRestarts: v.optional(
    v.pipe(
      v.number("must be a number"),
      v.integer("must be a whole number"),
      v.minValue(0, "must be at least 0"),
      v.maxValue(1000, "must be at most 1000"),
    ),
  ),
  /** Start when the workspace opens (extension only). */
  autoStart: v.optional(v.boolean("must be true or false")),
});
export type AppConfig = v.InferOutput<typeof appConfigSchema>;

/** Defaults of everything that has one; times in milliseconds. */
export const appDefaults = {
  workers: 2,
  waitReady: false,
  readyTimeout: 30_000,
  drainTimeout: 30_000,
  killTimeout: 5_000,
  surge: "100%",
  maxRestarts: 10,
  maxWaiting: 10_000,
  handoff: true,
  streamGrace: 1_000,
  drainSpread: 0,
  minReady: 0,
  canary: false,
  unresponsiveAfter: 5_000,
  replaceUnresponsive: false,
  scheduling: "roundRobin",
  autoStart: false,
} as const;

/** The complete start recipe of an app: nothing in it depends on who reads it. Paths are absolute. */
export const launchRecipeSchema = v.strictObject({
  name: v.string(),
  entry: v.string(),
  cwd: v.string(),
  workers: workerCountSchema,
  args: v.array(v.string()),
  /** The whole environment of the workers, without what Hitless adds. */
  env: v.record(v.string(), v.string()),
  nodeArgs: v.array(v.string()),
  waitReady: v.boolean(),
  readyUrl: v.optional(v.string()),
  readyTimeout: v.number(),
  drainTimeout: v.number(),
  killTimeout: v.number(),
  surge: surgeSchema,
  maxRestarts: v.number(),
  handoff: v.optional(v.boolean(), appDefaults.handoff),
  streamGrace: v.optional(v.number(), appDefaults.streamGrace),
  drainSpread: v.optional(v.number(), appDefaults.drainSpread),
  minReady: v.optional(v.number(), appDefaults.minReady),
  canary: v.optional(v.boolean(), appDefaults.canary),
  unresponsiveAfter: v.optional(v.number(), appDefaults.unresponsiveAfter),
  replaceUnresponsive: v.optional(v.boolean(), appDefaults.replaceUnresponsive),
  /** Mebibytes; absent: no limit. */
  maxMemory: v.optional(v.number()),
  scheduling: v.optional(v.picklist(["roundRobin", "shared"]), appDefaults.scheduling),
  maxWaiting: v.optional(v.number(), appDefaults.maxWaiting),
});
export type LaunchRecipe = v.InferOutput<typeof launchRecipeSchema>;

/** A recipe before what is missing in it has become the default. */
export type LaunchRecipeInput = v.InferInput<typeof launchRecipeSchema>;

/**
 * Checks what a person wrote about an app.
 * @param where Names the place in errors, such as `hitless.apps[0]`.
 * @throws HitlessError `badConfig`, which names every wrong field and the fix.
 */
export function parseAppConfig(input: unknown, where: string): AppConfig {
  const result = v.safeParse(appConfigSchema, input);
  if (result.success) {
    return result.output;
  }
  const lines = result.issues.map((issue) => `${where}${fieldPath(issue)}: ${explain(issue)}`);
  throw new HitlessError("badConfig", lines.join("\n"), { remedy: "openSettings" });
}

interface IssueLike {
  readonly type: string;
  readonly message: string;
  readonly path?: readonly { readonly key: unknown }[] | undefined;
}

function fieldPath(issue: IssueLike): string {
  return (issue.path ?? []).map(({ key }) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
}

function explain(issue: IssueLike): string {
  if (issue.type === "strict_object") {
    return issue.path === undefined || issue.path.length === 0
      ? "must be an object"
      : "is not a known setting; remove it";
  }
  return issue.message;
}

/** How many new workers a reload of `workers` workers starts at a time: at least 1, at most `workers`. */
export function surgeCount(surge: LaunchRecipe["surge"], workers: number): number {
  const count = typeof surge === "number" ? surge : Math.ceil((workers * Number.parseInt(surge, 10)) / 100);
  return Math.max(1, Math.min(workers, count));
}
