import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import { readyCount } from "../../shared/facts/snapshotFacts.ts";
import type { Endpoint } from "../../shared/launch.ts";
import type { Snapshot } from "../../shared/snapshot.ts";
import { type ClientIdentity, SupervisorClient } from "../connection/supervisorClient.ts";
import { MachineConnection } from "../machines/machineConnection.ts";
import type { Machine } from "../machines/sshMachine.ts";

/** A machine of a fleet and the app on it, while somebody is connected to both. */
export interface Member {
  readonly machine: Machine;
  readonly connection: MachineConnection;
  readonly endpoint: Endpoint;
  readonly client: SupervisorClient;
}

/** A machine of a fleet as it was found; what is missing, and why, is in `error`. */
export interface FoundMember {
  readonly machine: Machine;
  readonly connection?: MachineConnection;
  readonly member?: Member;
  readonly error?: HitlessError;
}

/** Connects to the app on every machine at once. What is opened is to be closed with `closeMembers`. */
export function findMembers(
  machines: readonly Machine[],
  app: string,
  identity: ClientIdentity,
  signal?: AbortSignal,
): Promise<FoundMember[]> {
  return Promise.all(machines.map((machine) => findMember(machine, app, identity, signal)));
}

/** Connects to the app on one machine; never rejects. */
export async function findMember(
  machine: Machine,
  app: string,
  identity: ClientIdentity,
  signal?: AbortSignal,
): Promise<FoundMember> {
  let connection: MachineConnection | undefined;
  try {
    connection = await MachineConnection.open(machine, { signal });
    const { endpoints } = await connection.request("apps", {});
    const named = endpoints.filter(({ name }) => name === app);
    const [endpoint, other] = named;
    if (endpoint === undefined) {
      const names = endpoints.map(({ name }) => name).join(", ");
      throw new HitlessError(
        "appNotFound",
        `${machine.name} runs no app "${app}" (it runs: ${names === "" ? "none" : names}).`,
      );
    }
    if (other !== undefined) {
      throw new HitlessError(
        "invalidState",
        `${machine.name} runs several apps "${app}"; give them names of their own.`,
        {
          detail: named.map(({ pid, root }) => `${pid}  ${root}`),
        },
      );
    }
    const client = await SupervisorClient.connect(endpoint, identity, { route: connection.route });
    return { machine, connection, member: { machine, connection, endpoint, client } };
  } catch (error) {
    return { machine, ...(connection !== undefined && { connection }), error: toHitlessError(error) };
  }
}

export function closeMembers(found: readonly FoundMember[]): void {
  for (const { connection, member } of found) {
    member?.client.dispose();
    connection?.dispose();
  }
}

/** Whether an app can serve: some worker is ready, and it is not on its way out. What it answers is another question. */
export function hasReady({ app, ...snapshot }: Snapshot): boolean {
  const isLeaving = app.state === "stopping" || app.state === "stopped";
  return !isLeaving && readyCount({ app, ...snapshot }) > 0;
}

/** Whether the app on a machine of a fleet has workers that are ready, as far as is known at this moment. */
export function isReady({ client, connection }: Member): boolean {
  return !connection.closed && !client.closed && hasReady(client.snapshot);
}
