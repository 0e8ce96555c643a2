import { createHash } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import * as v from "valibot";
import { HitlessError } from "../../shared/errors.ts";
import { type LockHolder, lockHolderSchema } from "../../shared/machines/fleetRun.ts";
import { openSocket } from "../connection/openSocket.ts";
import { withLaunchLock } from "../launch/launchLock.ts";
import { runtimeFolder } from "../launch/runtimeFolder.ts";
import { newEndpointId, socketPath } from "../launch/socketPath.ts";
import { stateFolder } from "./stateFolder.ts";

/** Milliseconds for the holder of a lock to show that it lives. */
const aliveMs = 2_000;

const lockFileSchema = v.object({
  holder: lockHolderSchema,
  /** The process that holds it listens there as long as it lives: its pid may be somebody else's by now. */
  socket: v.string(),
});

/** The locks of this machine's apps, which fleets take before they touch one. */
export interface FleetLocks {
  /** @throws HitlessError `machineLocked`, which names who holds it and since when. */
  take(app: string, holder: LockHolder): Promise<{ readonly stale?: LockHolder }>;
  /** Gives a lock of this session back; any other is left alone. */
  release(app: string, session: string): Promise<void>;
  /** Who holds it, and whether its session is still alive. */
  look(app: string): Promise<{ readonly holder: LockHolder; readonly alive: boolean } | undefined>;
  /** Stops showing that this session lives; what it has not given back is stale from now on. */
  dispose(): void;
}

export function createFleetLocks(): FleetLocks {
  const held = new Map<string, Server>();
  const look: FleetLocks["look"] = async (app) => {
    const lock = await readLock(app);
    if (lock === undefined) {
      return undefined;
    }
    const attempt = await openSocket(lock.socket, aliveMs);
    if (attempt.kind === "open") {
      attempt.socket.destroy();
    }
    return { holder: lock.holder, alive: attempt.kind !== "refused" };
  };
  return {
    look,
    take: (app, holder) =>
      // One at a time: two that look at the same moment would both find it free.
      withLaunchLock(stateFolder(), `fleet lock of ${app}`, async () => {
        const found = await look(app);
        if (found?.alive === true && found.holder.session !== holder.session) {
          throw new HitlessError("machineLocked", lockedText(app, found.holder));
        }
        const socket = socketPath(runtimeFolder(), newEndpointId());
        const server = await listen(socket);
        try {
          await writeAtomically(lockFile(app), JSON.stringify({ holder, socket }));
        } catch (error) {
          server.close();
          throw error;
        }
        held.get(app)?.close();
        held.set(app, server);
        return found === undefined ? {} : { stale: found.holder };
      }),
    release: (app, session) =>
      withLaunchLock(stateFolder(), `fleet lock of ${app}`, async () => {
        const lock = await readLock(app);
        if (lock?.holder.session === session) {
          await rm(lockFile(app), { force: true });
        }
        held.get(app)?.close();
        held.delete(app);
      }),
    dispose() {
      for (const server of held.values()) {
        server.close();
      }
      held.clear();
    },
  };
}

function lockedText(app: string, { who, kind, fleet, since }: LockHolder): string {
  return `${who} is busy with ${app} since ${new Date(since).toISOString()} (${kind} of the fleet ${fleet}).`;
}

function lockFile(app: string): string {
  return join(stateFolder(), `lock-${createHash("sha256").update(app).digest("hex").slice(0, 16)}.json`);
}

async function readLock(app: string): Promise<v.InferOutput<typeof lockFileSchema> | undefined> {
  try {
    return v.parse(lockFileSchema, JSON.parse(await readFile(lockFile(app), "utf8")));
  } catch {
    // There is none, or one that nobody can understand and so nobody holds.
    return undefined;
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once("error", (error) =>
      reject(new HitlessError("runtimeFolder", `The lock can't be held: ${error.message}.`)),
    );
    server.listen(path, () => resolve(server));
  });
}

/**
 * A reader sees the whole file, or the one before it.
 * @throws HitlessError `invalidState`, such as when the disk is full.
 */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HitlessError("invalidState", `${file} can't be written: ${reason}.`, { cause });
  }
}
