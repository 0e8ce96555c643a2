import { stopSignals } from "../workerMessages.ts";
import { logFiles } from "./logSettings.ts";
import {
  choice,
  command,
  list,
  listenAddress,
  map,
  milliseconds,
  paths,
  type Setting,
  share,
  text,
  toggle,
  watching,
  wholeNumber,
  workerCount,
} from "./settingKinds.ts";

/*
 * What a person may say about an app. From here come the schema of `hitless.apps` in code and in package.json, the
 * defaults, the launch recipe, the flags of `hitless start` with their help, and docs/settings.md (`npm run generate`).
 * What the editor says of each is in package.nls.json under `apps.<name>`.
 */

const app = {
  /** Shown everywhere and used by the command line; default: the package's name, else the folder's. */
  name: text({
    what: "a name",
    pattern: /^[@\p{L}\p{N}][\p{L}\p{N} ._@/-]{0,99}$/u,
    rule: "may hold letters, digits, spaces and . _ @ / - (at most 100)",
    recipe: "made",
    takenOverBy: "start",
    flag: "Name of the app; default: the package's, else the folder's",
    placeholder: "N",
  }),
  /** The file the workers run, relative to `cwd`. */
  entry: text({ what: "the file to run", recipe: "made", operand: "entry" }),
  workers: workerCount({
    default: 2,
    flag: "Workers to run; max: as many as the machine has cores",
    placeholder: "N|max",
  }),
  args: list({ recipe: "made", operand: "-- args…" }),
  /** Working directory of the workers; default: the workspace folder (extension) or the current one (command line). */
  cwd: text({
    what: "a folder",
    recipe: "made",
    takenOverBy: "start",
    flag: "Working directory of the workers; default: this one",
    placeholder: "D",
  }),
  env: map({ recipe: "made", flag: "Variable for the workers; may be given again", placeholder: "K=V" }),
  /** A further variable with the worker's number from 0, beside `NODE_APP_INSTANCE`; absent: none. */
  instanceVariable: text({
    pattern: /^[A-Za-z_][A-Za-z0-9_]{0,99}$/,
    rule: "must be the name of a variable: letters, digits and _",
    flag: "Variable that gets the worker's number from 0 too, as NODE_APP_INSTANCE does",
    placeholder: "VARIABLE",
  }),
  /** A file of `KEY=VALUE` lines; `env` wins over it. */
  envFile: text({ what: "a file", recipe: "none", flag: "File of K=V lines; --env wins over it", placeholder: "FILE" }),
  /** The Node.js program; default: `.nvmrc` or `.node-version`, then PATH. */
  node: text({
    what: "the path of a Node.js program",
    recipe: "none",
    takenOverBy: "upgrade",
    flag: "Node.js to run with; default: .nvmrc or .node-version, else the PATH's",
    placeholder: "PATH",
  }),
  nodeArgs: list({
    recipe: "made",
    flag: "Argument for Node.js itself; may be given again",
    flagName: "node-arg",
    placeholder: "A",
  }),
  /** Who gives new connections to workers: the supervisor in turn, or the system, which costs less and is less even. */
  scheduling: choice({
    words: ["roundRobin", "shared"],
    default: "roundRobin",
    takenOverBy: "upgrade",
    flag: "roundRobin: the supervisor deals connections out; shared: the system",
    placeholder: "WAY",
  }),
  /** Start when the workspace opens (extension only). */
  autoStart: toggle({ default: false, recipe: "none", takenOverBy: "opening" }),
} as const;

const readiness = {
  /** Whether it is ready by listening; else (a queue worker, a bot) by staying up for `minReady`, and at least 1 s. */
  server: toggle({
    default: true,
    flag: "It listens nowhere: ready when it has stayed up for --min-ready, at least 1 s",
  }),
  /** Ready when the app says `process.send('ready')`, not when it listens. */
  waitReady: toggle({ default: false, flag: "Ready when the app calls process.send('ready'), not when it listens" }),
  /** Ready when, after it listens, this address answers 2xx or 3xx. */
  readyUrl: text({
    pattern: /^https?:\/\/[^\s/]+/,
    rule: "must be an http:// or https:// address",
    flag: "Ready when this address answers 2xx or 3xx",
    placeholder: "U",
  }),
  /** Asked of each new worker, one after the other and for at most 10 s each, before it counts as ready; what fails is told. */
  warmup: paths({
    most: 20,
    flag: "Path asked of each new worker before it is ready; may be given again",
    placeholder: "PATH",
  }),
  readyTimeout: milliseconds({ min: 1, default: 30_000, flag: "Milliseconds for a worker to become ready" }),
  minReady: milliseconds({ min: 0, default: 0, flag: "Milliseconds a new worker must stay up before old ones drain" }),
  /** Start one new worker first; the others follow when it has stayed up for `minReady`. */
  canary: toggle({
    default: false,
    flag: "Start one new worker first; the others follow when it has stayed up for --min-ready",
  }),
} as const;

const renewal = {
  /** Whether a reload starts the new worker beside the old one, or ends that one first: for what can't run twice. */
  renewal: choice({
    words: ["startFirst", "stopFirst"],
    default: "startFirst",
    flag: "startFirst: a new worker runs before an old one goes; stopFirst: for what can't run twice",
    placeholder: "WAY",
  }),
  /** How many slots a reload renews at a time. */
  surge: share({ default: "100%", flag: "Workers that a reload replaces at a time", placeholder: "N|P%" }),
  /** Hand idle connections of old workers to new ones instead of closing them. */
  handoff: toggle({ default: true, flag: "Close idle connections of old workers instead of handing them to new ones" }),
  /** Whether workers of all generations share the keys of TLS session tickets, so that clients resume their sessions. */
  shareTickets: toggle({
    default: true,
    flag: "Leave each worker the TLS session ticket keys that it has made: no session is resumed at another",
  }),
  drainTimeout: milliseconds({
    min: 0,
    default: 30_000,
    flag: "Milliseconds for an old worker to finish its requests",
  }),
  streamGrace: milliseconds({
    min: 0,
    default: 1_000,
    flag: "Milliseconds until an old worker's event streams are ended",
  }),
  drainSpread: milliseconds({ min: 0, default: 0, flag: "Milliseconds over which its WebSockets are closed" }),
  killTimeout: milliseconds({ min: 0, default: 5_000, flag: "Milliseconds between SIGTERM and the kill" }),
  /** What a worker is told to end with; its twin, a message, where there are no signals. */
  stopSignal: choice({
    words: stopSignals,
    default: "SIGTERM",
    flag: "Signal with which workers are told to end",
    placeholder: "NAME",
  }),
  /** Times at which all workers are renewed by a reload; absent: none. */
  schedule: text({
    pattern: /^(?:\S+ +){4,5}\S+$/,
    rule: 'must be a cron pattern of five fields, or six with seconds first, such as "0 4 * * *"',
    flag: "Reload at the times of this cron pattern, such as '0 4 * * *'",
    placeholder: "CRON",
  }),
} as const;

const failures = {
  /** An app with more workers than this may lose each of them once. */
  maxRestarts: wholeNumber({
    min: 0,
    max: 1000,
    default: 10,
    flag: "Unexpected exits, in a row or within 60 s, that make a crash loop",
  }),
  /** Before the first start after a crash; doubles with each further one in a row, up to 15 s. */
  restartDelay: milliseconds({
    min: 0,
    default: 100,
    flag: "Milliseconds before a crashed worker is started again; doubles with each crash, to 15 s",
  }),
  /** How long a worker must have been up for its exit to count as the first in a row again. */
  minUptime: milliseconds({
    min: 0,
    default: 30_000,
    flag: "Milliseconds a worker must have been ready for its crash to be the first in a row",
  }),
  /** Whether a worker that ends by itself is started again. */
  autorestart: toggle({ default: true, flag: "Start no worker again that has ended by itself" }),
  /** How long an event loop may be blocked; 0: for ever. */
  unresponsiveAfter: milliseconds({
    min: 0,
    default: 5_000,
    flag: "Milliseconds until a blocked worker counts as unresponsive; 0: never",
  }),
  replaceUnresponsive: toggle({ default: false, flag: "Replace a worker that does not respond, the new one first" }),
  /** With `scheduling` `roundRobin` only. */
  maxWaiting: wholeNumber({
    min: 1,
    max: 1_000_000,
    default: 10_000,
    flag: "Connections that may wait while all workers are busy; more are closed",
  }),
  /** Of memory (RSS); absent: no limit. */
  maxMemory: wholeNumber({
    unit: "mebibytes",
    min: 16,
    flag: "Mebibytes above which a worker is replaced, the new one first",
    placeholder: "MIB",
  }),
} as const;

const operation = {
  /** Where the supervisor answers `/live` and `/ready`; absent: nowhere. Loopback, unless a host is named. */
  health: listenAddress({
    flag: "Answer health checks (/live, /ready) here; without a host on 127.0.0.1",
    flagName: "health-port",
  }),
  /** From the moment when `/ready` says no until connections are refused. */
  shutdownDelay: milliseconds({
    min: 0,
    default: 0,
    flag: "Milliseconds that a stopping app serves on while /ready says no, for balancers to leave",
  }),
} as const;

const development = {
  /** Run before each reload and restart of all workers; what fails there changes nothing. */
  preReload: command({
    flag: "Program to run before each reload, then its arguments; may be given again",
    placeholder: "A",
  }),
  /** Reload when files of the app change. */
  watch: watching({ default: false, flag: "Reload when files of the app change (docs/watch.md)" }),
} as const;

const output = {
  /** Files to which the supervisor writes what the workers print; absent: it is kept in memory only. */
  logs: logFiles,
} as const;

/** The settings under the headings of the help and of the reference page, in their order. */
export const settingGroups: Readonly<Record<string, Readonly<Record<string, Setting>>>> = {
  "The app": app,
  "When a worker is ready": readiness,
  "How workers are renewed": renewal,
  "When workers fail": failures,
  "Behind a balancer": operation,
  "Log files": output,
  "While you develop": development,
};

export const appSettings = { ...app, ...readiness, ...renewal, ...failures, ...operation, ...output, ...development };

/** A setting that has a flag, or a field of one. */
export interface Flagged {
  /** The setting, and the field if it is one. */
  readonly path: readonly [name: string, field?: string];
  readonly setting: Setting;
}

/** A setting, or in its place its fields, each of which has a flag. */
export function withFields(name: string, setting: Setting): Flagged[] {
  const { fields } = setting;
  return fields === undefined
    ? [{ path: [name], setting }]
    : Object.entries(fields).map(([field, each]) => ({ path: [name, field], setting: each }));
}

/** The name of a setting's flag, without the dashes: a switch turns its default round. */
export function flagOf(name: string, { flagName, kind, default: usual }: Setting): string {
  const kebab = flagName ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return kind === "toggle" && usual === true ? `no-${kebab}` : kebab;
}
