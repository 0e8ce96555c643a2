import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { AgentHost, StartWish } from "../../client/agents/agentHost.ts";
import { stopApp } from "../../client/connection/stopApp.ts";
import { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { listAllEndpoints } from "../../client/launch/endpoints.ts";
import { launchSupervisor } from "../../client/launch/launchSupervisor.ts";
import { runtimeFolders } from "../../client/launch/runtimeFolders.ts";
import { describeChoice } from "../../client/recipe/chooseEntry.ts";
import { HitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import type { ParsedCommand } from "../arguments/commandSpec.ts";
import type { CliContext } from "../cliContext.ts";
import { configuredApps } from "../run/configuredApps.ts";
import { type ChosenApp, chooseApp, planStart } from "../run/planStart.ts";
import { watchApp } from "../run/startOutcome.ts";

/** Lines of an app that has failed, for the error. */
const linesShown = 20;

export interface TerminalHost extends AgentHost {
  /** Lets go of the apps that it has started: their supervisors stop them, unless they are to run on. */
  dispose(): void;
}

/** What agents get of a terminal: every app of the user, and starts in the folder of the command. */
export function terminalHost(context: CliContext, rules: Readonly<Record<string, string>>): TerminalHost {
  const kept: SupervisorClient[] = [];
  const { identity } = context;
  return {
    list: () => listAllEndpoints(runtimeFolders()),
    connect: (endpoint) => SupervisorClient.connect(endpoint, identity),
    startable: async () => (await configuredApps(context.cwd)).map(({ name }) => name),
    async start(wish, signal) {
      const app = await chosenApp(context, wish);
      const endpoint =
        app.kind === "supervised" ? app.endpoint : await launch(context, app, wish.keepRunning === true, signal);
      const client = await SupervisorClient.connect(endpoint, identity);
      try {
        if (app.kind === "supervised") {
          await client.request("app/start", {});
        }
        await untilReady(client, app.kind !== "supervised", signal);
      } catch (error) {
        client.dispose();
        throw error;
      }
      // As long as somebody is connected it is not stopped.
      kept.push(client);
      return endpoint;
    },
    ruleText: async (id) => (Object.hasOwn(rules, id) ? rules[id] : undefined),
    ruleIds: async () => Object.keys(rules),
    dispose: () => {
      for (const client of kept.splice(0)) {
        client.dispose();
      }
    },
  };
}

async function chosenApp(context: CliContext, { app, entry }: StartWish): Promise<ChosenApp> {
  if (app !== undefined && entry !== undefined) {
    throw new HitlessError("usage", "entry: give either app or entry, not both");
  }
  if (app !== undefined) {
    const names = (await configuredApps(context.cwd)).map(({ name }) => name);
    if (!names.includes(app)) {
      const there =
        names.length === 0 ? "none is named in hitless.json or the settings" : `there are: ${names.join(", ")}`;
      throw new HitlessError("entryNotFound", `app: "${app}" can't be started here; ${there}`);
    }
  }
  if (entry !== undefined) {
    await requireInside(context.cwd, entry);
  }
  const operand = app ?? entry;
  return chooseApp(context, noFlags, operand === undefined ? [] : [operand]);
}

/** An agent starts nothing outside of the folder it was given. */
async function requireInside(folder: string, entry: string): Promise<void> {
  const real = (path: string) => realpath(path).catch(() => path);
  const way = relative(await real(folder), await real(resolve(folder, entry)));
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw new HitlessError("usage", `entry: must be a file inside ${folder}, not "${entry}"`);
  }
}

const noFlags: ParsedCommand = {
  operands: [],
  appArgs: [],
  has: () => false,
  value: () => undefined,
  values: () => [],
};

async function launch(
  context: CliContext,
  app: Extract<ChosenApp, { kind: "recipe" }>,
  detached: boolean,
  cancelled: AbortSignal,
): Promise<Endpoint> {
  const { node, found, recipe, origin } = await planStart(context, app);
  const choice = found === undefined ? undefined : describeChoice(found);
  return launchSupervisor({
    recipe,
    origin,
    node: node.path,
    supervisorFile: context.supervisorFile,
    version: context.identity.version,
    detached,
    ...(choice !== undefined && { choice }),
    cancelled,
  });
}

/** Waits until the app is ready; one that was started for it and is not is stopped again. */
async function untilReady(client: SupervisorClient, isNew: boolean, signal: AbortSignal): Promise<void> {
  const { name } = client.endpoint;
  const { ready, ended } = watchApp(client);
  let cancel: () => void = () => undefined;
  const cancelled = new Promise<"cancelled">((resolve) => {
    cancel = () => resolve("cancelled");
    signal.addEventListener("abort", cancel, { once: true });
  });
  const outcome = await Promise.race([ready.then(() => "ready" as const), ended, cancelled]);
  signal.removeEventListener("abort", cancel);
  if (outcome === "ready") {
    return;
  }
  if (isNew && outcome !== "cancelled" && outcome.kind !== "lost") {
    await stopApp(client, { now: false });
  } else if (isNew && outcome === "cancelled") {
    client.request("app/stop", {}).catch(() => undefined);
  }
  if (outcome === "cancelled") {
    throw new HitlessError("cancelled", `The start of ${name} was cancelled`);
  }
  if (outcome.kind === "failed") {
    const { message, location, stderr } = outcome.failure;
    const at = location === undefined ? "" : ` (${location.file}:${location.line})`;
    throw new HitlessError("invalidState", `${name} did not start: ${message}${at}`, {
      detail: stderr.slice(-linesShown),
    });
  }
  const what = { finished: "has finished without listening", stopped: "was stopped", lost: "has lost its supervisor" };
  throw new HitlessError("invalidState", `${name} ${what[outcome.kind]} before it was ready`);
}
