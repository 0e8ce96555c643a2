import type { Draft, Pm2Option, Taken } from "./pm2Option.ts";

/** What is run, and how many times. */
export const appOptions: readonly Pm2Option[] = [
  { name: "name", kind: "text", verdict: "equal", says: "`name`; default: the script's, without its extension" },
  {
    name: "script",
    aliases: ["exec", "cmd", "command"],
    kind: "text",
    verdict: "translated",
    says: "`entry`; of `npm start`, `npx tsx …`, `node_modules/.bin/next` and the like what they run, without them; what is no program of Node.js is refused",
  },
  {
    name: "args",
    kind: "words",
    verdict: "equal",
    says: "`args`",
  },
  { name: "cwd", kind: "text", verdict: "equal", says: "`cwd`; relative to the folder that you are in, as with pm2" },
  {
    name: "exec_interpreter",
    aliases: ["interpreter"],
    kind: "text",
    verdict: "translated",
    says: "`node` of a path; `tsx`, `ts-node` and their like run as Node.js's own loaders; `none` and `node` need nothing; what is not Node.js (bun, python) is refused",
  },
  {
    name: "node_args",
    aliases: ["interpreterArgs", "interpreter_args"],
    kind: "words",
    verdict: "equal",
    says: "`nodeArgs`",
  },
  {
    name: "instances",
    kind: "any",
    verdict: "translated",
    says: '`workers`; `0` and `-1` as well become `"max"`',
    setting: "workers",
    take: takeInstances,
  },
  {
    name: "exec_mode",
    kind: "text",
    verdict: "translated",
    says: "always as pm2's `cluster`: several workers share the app's port, also with `fork`",
    take: takeExecMode,
  },
  {
    name: "execute_command",
    kind: "toggle",
    verdict: "notNeeded",
    says: "a command line is understood without it",
  },
  {
    name: "port",
    kind: "number",
    verdict: "translated",
    says: "`env.PORT`",
    take: (value: number, { config }) => {
      config.env = { ...(config.env as object | undefined), PORT: String(value) };
      return undefined;
    },
  },
  {
    name: "env",
    kind: "any",
    verdict: "equal",
    says: "`env`; objects become JSON, as with pm2",
  },
  {
    name: "env_*",
    kind: "any",
    verdict: "translated",
    says: "over `env` with `--env NAME`",
  },
  {
    name: "filter_env",
    kind: "any",
    verdict: "notSupported",
    says: "the variables of the shell are passed on; start it with `env -i`, or as a service, whose environment is its own",
    take: (value: unknown) => (value === false ? { verdict: "equal", text: "no variable is kept away" } : undefined),
  },
  {
    name: "append_env_to_name",
    kind: "toggle",
    verdict: "equal",
    says: "the name gets `-NAME` with `--env NAME`",
  },
  { name: "name_prefix", kind: "text", verdict: "notSupported", says: "write the whole `name`" },
  {
    name: "instance_var",
    kind: "text",
    verdict: "translated",
    says: "`instanceVariable`; `NODE_APP_INSTANCE` has the number too",
    setting: "instanceVariable",
    take: (value: string, { config }) => {
      if (value === "NODE_APP_INSTANCE") {
        return { verdict: "equal", text: "that is its name" };
      }
      config.instanceVariable = value;
      return undefined;
    },
  },
  {
    name: "increment_var",
    kind: "text",
    verdict: "notSupported",
    says: "the workers of an app have the same variables, but for `NODE_APP_INSTANCE` (from 0): add that in the app",
  },
  {
    name: "namespace",
    kind: "text",
    verdict: "notSupported",
    says: "give names a common beginning: `hitless reload 'shop-*'`",
    take: (value: string) => (value === "default" ? { verdict: "notNeeded", text: "it is the only one" } : undefined),
  },
  {
    name: "uid",
    aliases: ["user"],
    kind: "any",
    verdict: "notSupported",
    says: "an app runs as the user who starts it; with another `user` it is not started",
    take: takeUser,
  },
  {
    name: "gid",
    kind: "any",
    verdict: "notSupported",
    says: "an app runs with the group of the user who starts it",
  },
  { name: "username", kind: "text", verdict: "notNeeded", says: "the system knows who runs it" },
];

function takeInstances(value: unknown, draft: Draft): Taken | undefined {
  const number = value === "max" ? 0 : Number.parseInt(String(value), 10);
  if (!Number.isFinite(number)) {
    draft.problems.push('instances must be a number or "max"');
    return undefined;
  }
  draft.config.workers = number <= 0 ? "max" : Math.min(number, 1024);
  if (number < 0) {
    return { verdict: "translated", text: `workers "max", not ${-number} fewer than the machine has cores` };
  }
  return { verdict: "equal", text: `workers ${number === 0 ? '"max"' : draft.config.workers}` };
}

function takeExecMode(value: string, { options, problems }: Draft): Taken | undefined {
  if (!/^(?:cluster|fork)(?:_mode)?$/.test(value)) {
    problems.push('exec_mode must be "cluster" or "fork"');
    return undefined;
  }
  if (value.startsWith("cluster")) {
    return { verdict: "equal", text: "workers share the app's port" };
  }
  return Number(options.instances ?? 1) > 1
    ? { verdict: "translated", text: "the workers share the app's port, of which with pm2 each needs its own" }
    : { verdict: "equal", text: "one worker, which a reload replaces without a gap" };
}

/** An app that is to run as somebody else must not run with more rights than that. */
function takeUser(value: unknown, { problems }: Draft): Taken | undefined {
  const wanted = String(value);
  const own = [process.getuid?.(), process.env.USER, process.env.USERNAME, process.env.LOGNAME].map(String);
  if (own.includes(wanted)) {
    return { verdict: "equal", text: "that is who starts it" };
  }
  problems.push(`it is to run as ${wanted}, and Hitless runs an app as the user who starts it: start it as ${wanted}`);
  return undefined;
}
