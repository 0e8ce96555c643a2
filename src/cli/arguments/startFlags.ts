import * as v from "valibot";
import { type AppConfig, appConfigSchema } from "../../shared/appConfig.ts";
import { type FlagSpec, helpFlag, jsonFlag, type ParsedCommand } from "./commandSpec.ts";
import { usageError } from "./parseCommand.ts";

const what: readonly FlagSpec[] = [
  { name: "name", value: "N", help: "Name of the app; default: the package's, else the folder's" },
  { name: "workers", value: "N|max", help: "Workers to run; max: as many as the machine has cores (default 2)" },
  { name: "cwd", value: "D", help: "Working directory of the workers; default: this one" },
  { name: "env", value: "K=V", repeatable: true, help: "Variable for the workers; may be given again" },
  { name: "env-file", value: "FILE", help: "File of K=V lines; --env wins over it" },
  { name: "node", value: "PATH", help: "Node.js to run with; default: .nvmrc or .node-version, else the PATH's" },
  {
    name: "node-arg",
    value: "A",
    repeatable: true,
    dashValue: true,
    help: "Argument for Node.js itself; may be given again",
  },
  {
    name: "scheduling",
    value: "WAY",
    help: "roundRobin: the supervisor deals connections out; shared: the system (default roundRobin)",
  },
];

const readiness: readonly FlagSpec[] = [
  { name: "wait-ready", help: "Ready when the app calls process.send('ready'), not when it listens" },
  { name: "ready-url", value: "U", help: "Ready when this address answers 2xx or 3xx" },
  { name: "ready-timeout", value: "MS", help: "Milliseconds for a worker to become ready (default 30000)" },
  { name: "min-ready", value: "MS", help: "Milliseconds a new worker must stay up before old ones drain (default 0)" },
  { name: "canary", help: "Start one new worker first; the others follow when it has stayed up for --min-ready" },
];

const renewal: readonly FlagSpec[] = [
  { name: "surge", value: "N|P%", help: "New workers that a reload starts at a time (default 100%)" },
  { name: "no-handoff", help: "Close idle connections of old workers instead of handing them to new ones" },
  { name: "drain-timeout", value: "MS", help: "Milliseconds for an old worker to finish its requests (default 30000)" },
  {
    name: "stream-grace",
    value: "MS",
    help: "Milliseconds until an old worker's event streams are ended (default 1000)",
  },
  { name: "drain-spread", value: "MS", help: "Milliseconds over which its WebSockets are closed (default 0)" },
  { name: "kill-timeout", value: "MS", help: "Milliseconds between SIGTERM and the kill (default 5000)" },
];

const care: readonly FlagSpec[] = [
  {
    name: "max-restarts",
    value: "N",
    help: "Unexpected exits, in a row or within 60 s, that make a crash loop (default 10)",
  },
  {
    name: "unresponsive-after",
    value: "MS",
    help: "Milliseconds until a blocked worker counts as unresponsive; 0: never (default 5000)",
  },
  { name: "replace-unresponsive", help: "Replace a worker that does not respond, the new one first" },
  {
    name: "max-waiting",
    value: "N",
    help: "Connections that may wait while all workers are busy; more are closed (default 10000)",
  },
  { name: "max-memory", value: "MIB", help: "Mebibytes above which a worker is replaced, the new one first" },
];

const here: readonly FlagSpec[] = [
  { name: "detach", help: "Return once the app is ready; it runs on without this terminal" },
  { ...jsonFlag, help: "With --detach: print the status as JSON once the app is ready" },
  helpFlag,
];

/** The flags of `hitless start`. */
export const startFlags: readonly FlagSpec[] = [
  ...inGroup("The app", what),
  ...inGroup("When a worker is ready", readiness),
  ...inGroup("How workers are renewed", renewal),
  ...inGroup("When workers fail", care),
  ...inGroup("This command", here),
];

function inGroup(group: string, flags: readonly FlagSpec[]): FlagSpec[] {
  return flags.map((flag) => ({ ...flag, group }));
}

/** Settings that are switched by the mere flag. */
const switches = [
  ["wait-ready", "waitReady", true],
  ["canary", "canary", true],
  ["no-handoff", "handoff", false],
  ["replace-unresponsive", "replaceUnresponsive", true],
] as const;

const texts = [
  ["name", "name"],
  ["cwd", "cwd"],
  ["env-file", "envFile"],
  ["node", "node"],
  ["ready-url", "readyUrl"],
  ["scheduling", "scheduling"],
] as const;

const numbers = [
  ["workers", "workers"],
  ["surge", "surge"],
  ["ready-timeout", "readyTimeout"],
  ["min-ready", "minReady"],
  ["drain-timeout", "drainTimeout"],
  ["stream-grace", "streamGrace"],
  ["drain-spread", "drainSpread"],
  ["kill-timeout", "killTimeout"],
  ["max-restarts", "maxRestarts"],
  ["unresponsive-after", "unresponsiveAfter"],
  ["max-waiting", "maxWaiting"],
  ["max-memory", "maxMemory"],
] as const;

/**
 * The configuration that the flags make; without the entry.
 * @throws HitlessError `usage`, which names the flag.
 */
export function configOfFlags(parsed: ParsedCommand): AppConfig {
  const config: Record<string, unknown> = {};
  const set = (flag: string, key: keyof AppConfig, value: unknown, written: string) => {
    const result = v.safeParse(appConfigSchema.entries[key], value);
    if (!result.success) {
      throw usageError("start", `--${flag} ${result.issues[0].message}, not "${written}"`);
    }
    config[key] = result.output;
  };
  for (const [flag, key] of texts) {
    const written = parsed.value(flag);
    if (written !== undefined) {
      set(flag, key, written, written);
    }
  }
  for (const [flag, key] of numbers) {
    const written = parsed.value(flag);
    if (written !== undefined) {
      set(flag, key, /^-?\d+(?:\.\d+)?$/.test(written) ? Number(written) : written, written);
    }
  }
  if (parsed.has("env")) {
    config.env = Object.fromEntries(parsed.values("env").map(assignment));
  }
  if (parsed.has("node-arg")) {
    config.nodeArgs = [...parsed.values("node-arg")];
  }
  for (const [flag, key, value] of switches) {
    if (parsed.has(flag)) {
      config[key] = value;
    }
  }
  if (parsed.appArgs.length > 0) {
    config.args = [...parsed.appArgs];
  }
  return config;
}

function assignment(written: string): [string, string] {
  const equals = written.indexOf("=");
  if (equals < 1) {
    throw usageError("start", `--env must be K=V, as in --env PORT=3000, not "${written}"`);
  }
  return [written.slice(0, equals), written.slice(equals + 1)];
}
