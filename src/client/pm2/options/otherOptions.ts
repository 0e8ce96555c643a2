import type { Pm2Option, Taken } from "./pm2Option.ts";

const kept = "the supervisor keeps the output itself: `hitless logs NAME`; a service's is in the journal of systemd";

/** Where the output goes. */
export const logOptions: readonly Pm2Option[] = [
  { name: "out_file", aliases: ["out", "output", "out_log"], kind: "any", verdict: "notSupported", says: kept },
  {
    name: "error_file",
    aliases: ["error", "err", "err_file", "err_log"],
    kind: "any",
    verdict: "notSupported",
    says: kept,
  },
  { name: "log_file", aliases: ["log"], kind: "any", verdict: "notSupported", says: kept },
  {
    name: "disable_logs",
    kind: "toggle",
    verdict: "notNeeded",
    says: "no file is written, and what is kept in memory is bounded",
  },
  {
    name: "merge_logs",
    aliases: ["combine_logs"],
    kind: "toggle",
    verdict: "notNeeded",
    says: "the lines of all workers are in one log, each with its worker",
  },
  {
    name: "log_date_format",
    kind: "any",
    verdict: "notNeeded",
    says: "`hitless logs NAME --json` has the time of each line",
  },
  {
    name: "time",
    kind: "toggle",
    verdict: "notNeeded",
    says: "`hitless logs NAME --json` has the time of each line",
  },
  { name: "log_type", kind: "text", verdict: "notNeeded", says: "`hitless logs NAME --json`" },
  {
    name: "pid_file",
    aliases: ["pid"],
    kind: "text",
    verdict: "notSupported",
    says: "`hitless list --json` has the ids",
  },
];

const plus = "it belongs to the paid service of pm2";

/** What measures an app, and what is pm2's own. */
export const ownOptions: readonly Pm2Option[] = [
  {
    name: "source_map_support",
    kind: "toggle",
    verdict: "translated",
    says: "`--enable-source-maps` among `nodeArgs`",
    take: (value: boolean, { config }): Taken | undefined => {
      if (!value) {
        return { verdict: "equal", text: "source maps are not read" };
      }
      const nodeArgs = (config.nodeArgs as readonly string[] | undefined) ?? [];
      config.nodeArgs = nodeArgs.includes("--enable-source-maps") ? nodeArgs : [...nodeArgs, "--enable-source-maps"];
      return undefined;
    },
  },
  {
    name: "disable_source_map_support",
    kind: "toggle",
    verdict: "notNeeded",
    says: "source maps are not read unless `nodeArgs` says so",
  },
  { name: "vizion", kind: "toggle", verdict: "notNeeded", says: "the commit of each generation is always known" },
  { name: "pmx", kind: "any", verdict: "notNeeded", says: "nothing is wrapped around the app" },
  { name: "automation", kind: "toggle", verdict: "notNeeded", says: "nothing is wrapped around the app" },
  { name: "trace", kind: "toggle", verdict: "notNeeded", says: "`hitless requests NAME` shows slow and failed ones" },
  { name: "disable_trace", kind: "toggle", verdict: "notNeeded", says: "nothing is traced unless somebody looks" },
  { name: "v8", kind: "toggle", verdict: "notNeeded", says: "`hitless layers NAME` shows it" },
  { name: "event_loop_inspector", kind: "toggle", verdict: "notNeeded", says: "`hitless layers NAME` shows it" },
  { name: "deep_monitoring", kind: "toggle", verdict: "notSupported", says: plus },
  { name: "io", kind: "any", verdict: "notSupported", says: plus },
  { name: "post_update", kind: "any", verdict: "notSupported", says: plus },
  { name: "install_url", kind: "text", verdict: "notSupported", says: "it is for modules of pm2" },
  { name: "windowsHide", kind: "toggle", verdict: "notNeeded", says: "no window is opened" },
  { name: "write", kind: "toggle", verdict: "notNeeded", says: "it is for the command line of pm2" },
];
