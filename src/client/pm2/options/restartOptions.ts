import type { Draft, Pm2Option, Taken } from "./pm2Option.ts";

const mebibyte = 1_048_576;

/** When an app is ready, how it is renewed and ended, and what follows when it ends by itself. */
export const restartOptions: readonly Pm2Option[] = [
  { name: "wait_ready", kind: "toggle", verdict: "equal", says: "`waitReady`", setting: "waitReady" },
  {
    name: "listen_timeout",
    kind: "number",
    verdict: "translated",
    says: "`readyTimeout`; after it pm2 goes on all the same, Hitless takes the reload back, and the old workers serve on",
    setting: "readyTimeout",
  },
  {
    name: "kill_timeout",
    kind: "number",
    verdict: "translated",
    says: "`killTimeout`, from the signal to the kill; before the signal a worker has `drainTimeout` (30 s) for its requests",
    setting: "killTimeout",
  },
  {
    name: "kill_retry_time",
    kind: "number",
    verdict: "notNeeded",
    says: "a kill of the system needs no second try",
  },
  {
    name: "shutdown_with_message",
    kind: "toggle",
    verdict: "notSupported",
    says: "`hitless graceful-reload` sends the message `shutdown`; a stop sends a signal, on Windows its message",
    take: offIs("notNeeded", "a signal is sent"),
  },
  {
    name: "treekill",
    kind: "toggle",
    verdict: "notSupported",
    says: "what a worker has started always ends with it, unless it was started `detached`",
    take: onIs("equal", "what a worker has started ends with it"),
  },
  {
    name: "autorestart",
    kind: "toggle",
    verdict: "equal",
    says: "`autorestart`",
    setting: "autorestart",
    take: (value: boolean, { config }) => {
      if (value) {
        return { verdict: "equal", text: "a worker that ends is started again" };
      }
      config.autorestart = false;
      return undefined;
    },
  },
  {
    name: "stop_exit_codes",
    kind: "any",
    verdict: "notSupported",
    says: "no exit code keeps a worker from being started again; `autorestart: false` does for all",
  },
  {
    name: "min_uptime",
    kind: "time",
    verdict: "translated",
    says: "`minUptime`; pm2 counts from the start, Hitless from when the worker is ready",
    setting: "minUptime",
  },
  {
    name: "max_restarts",
    kind: "number",
    verdict: "translated",
    says: "`maxRestarts`, in a row or within a minute",
    setting: "maxRestarts",
    take: (value: number, { config }) => {
      config.maxRestarts = Math.min(1000, Math.max(0, Math.round(value)));
      return undefined;
    },
  },
  {
    name: "restart_delay",
    kind: "number",
    verdict: "translated",
    says: "`restartDelay`, which doubles with each crash in a row, to 15 s",
    setting: "restartDelay",
    take: (value: number, { options, config }) => {
      if (options.exp_backoff_restart_delay !== undefined) {
        return { verdict: "ignoredByPm2", text: "pm2 takes exp_backoff_restart_delay instead" };
      }
      config.restartDelay = value;
      return undefined;
    },
  },
  {
    name: "exp_backoff_restart_delay",
    kind: "number",
    verdict: "translated",
    says: "`restartDelay`, which doubles with each crash in a row, to 15 s; with pm2 it grows by half",
    setting: "restartDelay",
  },
  {
    name: "max_memory_restart",
    kind: "bytes",
    verdict: "translated",
    says: "`maxMemory` in MiB, of each worker; the new one is started first, where pm2 restarts with a gap",
    setting: "maxMemory",
    take: takeMemory,
  },
  {
    name: "cron_restart",
    aliases: ["cron"],
    kind: "any",
    verdict: "translated",
    says: "`schedule`: a reload, without a gap",
    setting: "schedule",
    take: takeCron,
  },
  {
    name: "autostart",
    kind: "toggle",
    verdict: "translated",
    says: "`false`: it is left out of a start of the file, but for `--only NAME`",
    take: onIs("notNeeded", "it is started with the file"),
  },
  {
    name: "watch",
    kind: "any",
    verdict: "translated",
    says: "`watch`: a reload as a canary, of the files that a program consists of; folders become its `include`",
    setting: "watch",
    take: takeWatch,
  },
  {
    name: "ignore_watch",
    kind: "words",
    verdict: "translated",
    says: "`watch.exclude`; `node_modules`, what git ignores and names with a dot never count",
    setting: "watch",
    take: takeIgnored,
  },
  {
    name: "watch_delay",
    kind: "number",
    verdict: "translated",
    says: "`watch.debounce`",
    setting: "watch",
    take: (value: number, draft) => inWatch(draft, { debounce: Math.min(60_000, Math.max(20, Math.round(value))) }),
  },
  {
    name: "watch_options",
    kind: "any",
    verdict: "notSupported",
    says: "options of chokidar; patterns and pauses are settings of `watch`",
  },
  { name: "force", kind: "toggle", verdict: "notNeeded", says: "a script may run under several names" },
];

function onIs(verdict: "equal" | "notNeeded", text: string) {
  return (value: boolean): Taken | undefined => (value ? { verdict, text } : undefined);
}

function offIs(verdict: "equal" | "notNeeded", text: string) {
  return (value: boolean): Taken | undefined => (value ? undefined : { verdict, text });
}

function takeMemory(bytes: number, { config }: Draft): Taken {
  const wanted = Math.ceil(bytes / mebibyte);
  config.maxMemory = Math.max(16, wanted);
  const least = wanted < 16 ? " (the least there is)" : "";
  return { text: `maxMemory ${config.maxMemory}, in MiB${least}` };
}

function takeCron(value: unknown, { config }: Draft): Taken | undefined {
  if (value === 0 || value === "0" || value === "") {
    return { verdict: "notNeeded", text: "it is switched off" };
  }
  config.schedule = String(value);
  return undefined;
}

function takeWatch(value: unknown, draft: Draft): Taken | undefined {
  if (value === false) {
    return { verdict: "equal", text: "nothing is watched" };
  }
  const paths = typeof value === "string" ? [value] : Array.isArray(value) ? value.map(String) : [];
  if (paths.length > 0) {
    return inWatch(draft, { include: paths });
  }
  draft.config.watch ??= true;
  return undefined;
}

function takeIgnored(patterns: readonly string[], draft: Draft): Taken | undefined {
  const { watch } = draft.options;
  if (watch === undefined || watch === false) {
    return { verdict: "ignoredByPm2", text: "nothing is watched" };
  }
  return patterns.length === 0 ? { verdict: "notNeeded", text: "it is empty" } : inWatch(draft, { exclude: patterns });
}

function inWatch({ config, options }: Draft, fields: object): Taken | undefined {
  if (options.watch === undefined || options.watch === false) {
    return { verdict: "ignoredByPm2", text: "nothing is watched" };
  }
  const before = typeof config.watch === "object" ? config.watch : {};
  config.watch = { ...before, ...fields };
  return undefined;
}
