import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import type { WorkerView } from "../../shared/snapshot.ts";
import { nearest } from "../../shared/text/suggestion.ts";
import { withinSentence } from "../../shared/text/withinSentence.ts";
import type { SupervisorClient } from "../connection/supervisorClient.ts";
import type { AgentHost } from "./agentHost.ts";

/** Does something with the app that an agent named, over a connection of its own. */
export async function withApp<T>(
  host: AgentHost,
  name: string,
  use: (client: SupervisorClient) => Promise<T>,
): Promise<T> {
  const client = await host.connect(namedApp(await host.list(), name));
  try {
    return await use(client);
  } finally {
    client.dispose();
  }
}

/** @throws HitlessError `appNotFound`, or `usage` when several have the name. */
export function namedApp(endpoints: readonly Endpoint[], name: string): Endpoint {
  const named = endpoints.filter((endpoint) => endpoint.name === name);
  const [only, ...others] = named.length > 0 ? named : endpoints.filter(({ pid }) => String(pid) === name);
  if (only === undefined) {
    const names = [...new Set(endpoints.map((endpoint) => endpoint.name))];
    const meant = nearest(name, names);
    const hint = meant === undefined ? `running: ${names.join(", ") || "none"}` : `did you mean "${meant}"`;
    throw new HitlessError("appNotFound", `app: none that runs is called "${name}"; ${hint}`);
  }
  if (others.length > 0) {
    const pids = named.map(({ pid, root }) => `${pid} (${root})`).join(", ");
    throw new HitlessError("usage", `app: several are called "${name}"; give the pid of the supervisor: ${pids}`);
  }
  return only;
}

/** The worker in a slot, the ready one if there are two; `undefined` if no slot was named. */
export function workerInSlot(
  { snapshot: { app, workers } }: SupervisorClient,
  slot: number | undefined,
): WorkerView | undefined {
  if (slot === undefined) {
    return undefined;
  }
  const there = workers.filter((worker) => worker.slot === slot);
  const worker = there.find(({ state }) => state === "ready") ?? there.at(-1);
  if (worker === undefined) {
    const slots = [...new Set(workers.map((each) => each.slot))].join(", ") || "none";
    throw new HitlessError("workerNotFound", `worker: ${app.name} has none in slot ${slot}; there are: ${slots}`);
  }
  return worker;
}

/**
 * Refuses what would touch real users, unless the person has said that it is meant.
 * @throws HitlessError `usage`.
 */
export async function refuseProduction(client: SupervisorClient, confirmed: boolean | undefined): Promise<void> {
  if (confirmed === true) {
    return;
  }
  const { name } = client.snapshot.app;
  const ask = "Ask the person; if it is meant, call again with confirmed: true";
  let why: string;
  try {
    const { signs } = await client.request("app/productionSigns", {});
    if (signs.length === 0) {
      return;
    }
    why = signs
      .map((sign) =>
        sign.why === "production" ? `${sign.name} is "production"` : `${sign.name} names another machine`,
      )
      .join(", ");
  } catch (error) {
    why = `whether it does can't be told (${withinSentence(toHitlessError(error).message)})`;
  }
  throw new HitlessError("usage", `confirmed: ${name} looks like production: ${why}. ${ask}`);
}
