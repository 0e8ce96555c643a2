import { toHitlessError } from "../../shared/errors.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import type { KeepAliveReading } from "../balancers/check/finding.ts";
import type { FoundMember } from "./fleetMembers.ts";

/** Of JSON-RPC, for a request that the other side does not know. */
const methodNotFound = -32_601;

/** Asks a worker of the app on one machine for how long it keeps idle connections. Never rejects. */
export async function readKeepAlive({ machine, member, error }: FoundMember): Promise<KeepAliveReading> {
  const unknown = (problem: string): KeepAliveReading => ({ machine: machine.name, servers: [], problem });
  if (member === undefined) {
    return unknown(error?.message ?? "It is not connected.");
  }
  const { version } = member.client.snapshot.supervisor;
  try {
    const { worker, servers } = await member.client.request("layers/servers", {});
    return servers.length === 0
      ? unknown(`Worker ${workerLabel(worker)} has no server that speaks HTTP/1.`)
      : { machine: machine.name, worker: worker.id, servers };
  } catch (thrown) {
    const { message, cause } = toHitlessError(thrown);
    const isOlder = cause instanceof Error && Reflect.get(cause, "code") === methodNotFound;
    return unknown(isOlder ? `Hitless ${version} there can't tell yet.` : message);
  }
}
