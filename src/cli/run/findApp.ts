import { localRoute, type Route } from "../../client/connection/openSocket.ts";
import { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { fitsGlob, isGlob } from "../../client/globs.ts";
import { listAllEndpoints } from "../../client/launch/endpoints.ts";
import { otherUsers } from "../../client/launch/otherUsers.ts";
import { runtimeFolders } from "../../client/launch/runtimeFolders.ts";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import { nearest } from "../../shared/text/suggestion.ts";
import type { ParsedCommand } from "../arguments/commandSpec.ts";
import { usageError } from "../arguments/parseCommand.ts";
import type { CliContext } from "../cliContext.ts";
import { otherUsersText } from "../show/otherUsersText.ts";
import { during } from "../terminal/progressLine.ts";
import { connectToMachine } from "./machines/findMachine.ts";

/** A machine whose apps a command is about: this one, or that of `--on`. */
export interface Place {
  readonly route: Route;
  /** The supervisors that run there, oldest first. */
  list(): Promise<readonly Endpoint[]>;
}

/** The machine that a command is about. */
export async function placeOf(context: CliContext, parsed: ParsedCommand): Promise<Place> {
  const name = parsed.value("on");
  if (name === undefined) {
    const folders = runtimeFolders();
    return { route: localRoute, list: () => listAllEndpoints(folders) };
  }
  const connection = await connectToMachine(context, name);
  return { route: connection.route, list: async () => (await connection.request("apps", {})).endpoints };
}

/** Connects to the supervisor of the app that the first operand names, by the app's name or the supervisor's pid. */
export async function connectToApp(context: CliContext, parsed: ParsedCommand): Promise<SupervisorClient> {
  const place = await placeOf(context, parsed);
  const [name = ""] = parsed.operands;
  const running = await runningAt(context, place);
  const endpoint = orElsewhere(place, () => chooseEndpoint(running, name, place.route.machine));
  return connectTo(context, place, endpoint, name);
}

/**
 * The supervisors of the apps that a command is about, each once: those of its operands (names, pids, or patterns such as
 * `worker-*`), or all that run, with `--all`.
 * @throws HitlessError `usage` when it has neither or both; `appNotFound` when one of them is of no app that runs.
 */
export async function chooseRunning(
  context: CliContext,
  command: string,
  parsed: ParsedCommand,
): Promise<{ readonly place: Place; readonly endpoints: readonly Endpoint[] }> {
  const { operands } = parsed;
  if (parsed.has("all") === operands.length > 0) {
    const problem = parsed.has("all")
      ? `--all is about every app that runs; leave "${operands.join(" ")}" out`
      : "NAME is missing; give the name of an app (see: hitless list), or --all";
    throw usageError(command, problem);
  }
  const place = await placeOf(context, parsed);
  const running = await runningAt(context, place);
  // As pm2 has it, unless that is the name of an app.
  const isAll = parsed.has("all") || (operands.join() === "all" && !running.some(({ name }) => name === "all"));
  const choose = () => (isAll ? everyOf(running, place) : namedOf(running, operands, place));
  return { place, endpoints: orElsewhere(place, choose) };
}

/** Whether a command that takes several apps is about one that was named. */
export function isAboutOne(parsed: ParsedCommand): boolean {
  const [name, ...others] = parsed.operands;
  return !parsed.has("all") && others.length === 0 && !isGlob(name ?? "") && name !== "all";
}

/** Adds to an app that was not found who else runs apps on this machine. */
function orElsewhere<T>({ route }: Place, choose: () => T): T {
  try {
    return choose();
  } catch (error) {
    if (!(error instanceof HitlessError) || error.code !== "appNotFound" || route.machine !== undefined) {
      throw error;
    }
    const { message, remedy, detail } = error;
    throw new HitlessError("appNotFound", message, { remedy, detail: [...detail, ...otherUsersText(otherUsers())] });
  }
}

function everyOf(running: readonly Endpoint[], { route: { machine } }: Place): readonly Endpoint[] {
  if (running.length === 0) {
    throw new HitlessError("appNotFound", `No app runs${machine === undefined ? "" : ` on ${machine}`}.`, {
      remedy: "start",
    });
  }
  return running;
}

function namedOf(running: readonly Endpoint[], names: readonly string[], { route: { machine } }: Place): Endpoint[] {
  const chosen = names.flatMap((name) => {
    if (!isGlob(name)) {
      return [chooseEndpoint(running, name, machine)];
    }
    const fitting = running.filter((endpoint) => fitsGlob(name, endpoint.name));
    if (fitting.length === 0) {
      throw new HitlessError("appNotFound", `No app that runs fits "${name}". ${whatRuns(running, name, machine)}`);
    }
    return fitting;
  });
  return [...new Set(chosen)];
}

function runningAt({ stderr }: CliContext, { list }: Place): Promise<readonly Endpoint[]> {
  return during(stderr, "the supervisors that run", list());
}

/** @param name What the person called it. */
export async function connectTo(
  { stderr, identity }: CliContext,
  { route, list }: Place,
  endpoint: Endpoint,
  name = endpoint.name,
): Promise<SupervisorClient> {
  const connecting = SupervisorClient.connect(endpoint, identity, { route });
  try {
    return await during(stderr, `the supervisor of ${endpoint.name} (pid ${endpoint.pid})`, connecting);
  } catch (error) {
    // It may have ended since it was found, as after a stop by another client.
    if (toHitlessError(error).code === "connectionLost") {
      chooseEndpoint(await list(), name, route.machine);
    }
    throw error;
  }
}

/**
 * @param machine Where they run; absent for this machine.
 * @throws HitlessError `appNotFound`, or `usage` when several apps have the name.
 */
export function chooseEndpoint(endpoints: readonly Endpoint[], name: string, machine?: string): Endpoint {
  const named = endpoints.filter((endpoint) => endpoint.name === name);
  const [only, ...others] = named.length > 0 ? named : endpoints.filter(({ pid }) => String(pid) === name);
  if (only === undefined) {
    const where = machine === undefined ? "" : ` on ${machine}`;
    throw new HitlessError("appNotFound", `No app "${name}" runs${where}. ${whatRuns(endpoints, name, machine)}`, {
      remedy: "start",
    });
  }
  if (others.length > 0) {
    throw new HitlessError("usage", `Several apps are called "${name}". Give the pid of the supervisor instead:`, {
      detail: named.map(({ pid, root }) => `${pid}  ${root}`),
    });
  }
  return only;
}

function whatRuns(endpoints: readonly Endpoint[], name: string, machine: string | undefined): string {
  const names = [...new Set(endpoints.map((endpoint) => endpoint.name))];
  const meant = nearest(name, names);
  if (meant !== undefined) {
    return `Did you mean "${meant}"?`;
  }
  if (names.length > 0) {
    return `Running: ${names.join(", ")}.`;
  }
  return machine === undefined ? "None does; start one with: hitless start" : "None does.";
}
