import type { Pm2Option, Taken } from "./pm2Option.ts";

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
