import { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { listEndpoints } from "../../client/launch/endpoints.ts";
import { runtimeFolder } from "../../client/launch/runtimeFolder.ts";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import { nearest } from "../arguments/suggestion.ts";
import type { CliContext } from "../cliContext.ts";
import { during } from "../terminal/progressLine.ts";

/** Connects to the supervisor of the app that the user names, by the app's name or the supervisor's pid. */
export async function connectToApp(context: CliContext, name: string): Promise<SupervisorClient> {
  const folder = runtimeFolder();
  const { stderr, identity } = context;
  const endpoint = chooseEndpoint(await during(stderr, "the supervisors that run", listEndpoints(folder)), name);
  const connecting = SupervisorClient.connect(endpoint, identity);
  try {
    return await during(stderr, `the supervisor of ${endpoint.name} (pid ${endpoint.pid})`, connecting);
  } catch (error) {
    // It may have ended since it was found, as after a stop by another client.
    if (toHitlessError(error).code === "connectionLost") {
      chooseEndpoint(await listEndpoints(folder), name);
    }
    throw error;
  }
}

/** @throws HitlessError `appNotFound`, or `usage` when several apps have the name. */
export function chooseEndpoint(endpoints: readonly Endpoint[], name: string): Endpoint {
  const named = endpoints.filter((endpoint) => endpoint.name === name);
  const [only, ...others] = named.length > 0 ? named : endpoints.filter(({ pid }) => String(pid) === name);
  if (only === undefined) {
    throw new HitlessError("appNotFound", `No app "${name}" runs. ${whatRuns(endpoints, name)}`, { remedy: "start" });
  }
  if (others.length > 0) {
    throw new HitlessError("usage", `Several apps are called "${name}". Give the pid of the supervisor instead:`, {
      detail: named.map(({ pid, root }) => `${pid}  ${root}`),
    });
  }
  return only;
}

function whatRuns(endpoints: readonly Endpoint[], name: string): string {
  const names = [...new Set(endpoints.map((endpoint) => endpoint.name))];
  const meant = nearest(name, names);
  if (meant !== undefined) {
    return `Did you mean "${meant}"?`;
  }
  return names.length === 0 ? "None does; start one with: hitless start" : `Running: ${names.join(", ")}.`;
}
