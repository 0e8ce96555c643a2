import { localRoute, type Route } from "../../client/connection/openSocket.ts";
import { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { listEndpoints } from "../../client/launch/endpoints.ts";
import { runtimeFolder } from "../../client/launch/runtimeFolder.ts";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import type { ParsedCommand } from "../arguments/commandSpec.ts";
import { nearest } from "../arguments/suggestion.ts";
import type { CliContext } from "../cliContext.ts";
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
    const folder = runtimeFolder();
    return { route: localRoute, list: () => listEndpoints(folder) };
  }
  const connection = await connectToMachine(context, name);
  return { route: connection.route, list: async () => (await connection.request("apps", {})).endpoints };
}

/** Connects to the supervisor of the app that the first operand names, by the app's name or the supervisor's pid. */
export async function connectToApp(context: CliContext, parsed: ParsedCommand): Promise<SupervisorClient> {
  const [name = ""] = parsed.operands;
  const { stderr, identity } = context;
  const { route, list } = await placeOf(context, parsed);
  const { machine } = route;
  const endpoint = chooseEndpoint(await during(stderr, "the supervisors that run", list()), name, machine);
  const connecting = SupervisorClient.connect(endpoint, identity, { route });
  try {
    return await during(stderr, `the supervisor of ${endpoint.name} (pid ${endpoint.pid})`, connecting);
  } catch (error) {
    // It may have ended since it was found, as after a stop by another client.
    if (toHitlessError(error).code === "connectionLost") {
      chooseEndpoint(await list(), name, machine);
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
