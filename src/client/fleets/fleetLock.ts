import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import type { LockHolder } from "../../shared/machines/fleetRun.ts";
import type { Member } from "./fleetMembers.ts";

/** The locks of a fleet's app on all its machines. */
export interface FleetLock {
  /** Those who held one and died without giving it back. */
  readonly stale: readonly { readonly machine: string; readonly holder: LockHolder }[];
  release(): Promise<void>;
}

/**
 * Takes the locks in the order of the fleet, so that of two people one gets them all.
 * @throws HitlessError `machineLocked`, which names who is busy and since when; then none is held.
 */
export async function takeFleetLock(members: readonly Member[], app: string, holder: LockHolder): Promise<FleetLock> {
  const taken: Member[] = [];
  const release = async (): Promise<void> => {
    // One whose connection is gone lets go by itself.
    await Promise.allSettled(
      taken.map(({ connection }) => connection.request("unlock", { app, session: holder.session })),
    );
  };
  const stale: { machine: string; holder: LockHolder }[] = [];
  for (const member of members) {
    const { connection, machine } = member;
    try {
      const answer = await connection.request("lock", { app, holder });
      taken.push(member);
      if (answer.stale !== undefined) {
        stale.push({ machine: machine.name, holder: answer.stale });
      }
    } catch (thrown) {
      await release();
      const error = toHitlessError(thrown);
      // What comes of the connection names the machine itself.
      throw connection.closed || error.code === "deadline"
        ? error
        : new HitlessError(error.code, `${machine.name}: ${error.message}`, { detail: error.detail, cause: error });
    }
  }
  return { stale, release };
}
