import { statfs } from "node:fs/promises";
import { availableParallelism, freemem, hostname, loadavg, totalmem, userInfo } from "node:os";
import { HitlessError } from "../../shared/errors.ts";
import type {
  MachineFacts,
  MachineParams,
  MachineRequestName,
  MachineResult,
} from "../../shared/machines/machineProtocol.ts";
import { listAllEndpoints } from "../launch/endpoints.ts";
import { runtimeFolders } from "../launch/runtimeFolders.ts";
import { askHere } from "./askHere.ts";
import type { DrainGuards } from "./drainGuards.ts";
import type { FleetLocks } from "./fleetLocks.ts";
import { readNotes, writeNote } from "./fleetNotes.ts";

export type MachineHandlers = {
  readonly [Name in MachineRequestName]: (params: MachineParams<Name>) => Promise<MachineResult<Name>>;
};

/** What a machine answers. Notes are written one after the other. */
export function createMachineHandlers(locks: FleetLocks, guards: DrainGuards): MachineHandlers {
  let written: Promise<unknown> = Promise.resolve();
  return {
    facts: async () => facts(),
    apps: async () => ({ endpoints: await listAllEndpoints(runtimeFolders()) }),
    disk: async ({ path }) => ({ free: await freeBytes(path) }),
    ask: askHere,
    lock: ({ app, holder }) => locks.take(app, holder),
    async guard({ balancer, machine, out }) {
      await guards.set(balancer, machine, out);
      return {};
    },
    async unlock({ app, session }) {
      await locks.release(app, session);
      return {};
    },
    async note({ run }) {
      const writing = written.catch(() => undefined).then(() => writeNote(run));
      written = writing;
      await writing;
      return {};
    },
    async notes({ fleet, app }) {
      const [runs, lock] = await Promise.all([readNotes(fleet), locks.look(app)]);
      return { runs, ...(lock !== undefined && { lock }) };
    },
  };
}

function facts(): MachineFacts {
  const [load] = loadavg();
  return {
    hostname: hostname(),
    user: userName(),
    platform: process.platform,
    time: Date.now(),
    cores: availableParallelism(),
    // Windows has none, and Node.js tells 0 there.
    ...(process.platform !== "win32" && load !== undefined && { load }),
    memory: { total: totalmem(), free: freemem() },
  };
}

/** The user's name; a container may run under an id that has none. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "");
  }
}

async function freeBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HitlessError("invalidState", `The free space of ${path} is not known: ${reason}.`, { cause: error });
  }
}
