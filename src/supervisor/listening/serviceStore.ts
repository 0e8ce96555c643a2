import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync } from "node:fs";
import type { ServiceKeeper } from "../../shared/launch.ts";
import type { ListeningHandle } from "../accept/clusterInternals.ts";
import type { SocketStore } from "../accept/keptByService.ts";
import { miss } from "../internals.ts";
import type { EventLog } from "../logs/eventLog.ts";

/** Comes with systemd; passes descriptors on from version 254. Node.js has no sockets of that kind. */
const helper = "systemd-notify";

/** Milliseconds for one call of it: it waits until the manager has done what it was told. */
const callMs = 5_000;

/** The number that the descriptor has in the helper. */
const passedAs = 3;

/** What a name of ours begins with. systemd allows 255 characters and no colon. */
const prefix = "hitless-";
const longestName = 100;

/**
 * Has the service manager keep copies of the listening sockets (`FileDescriptorStoreMax=` of systemd), so that who connects while the
 * service is started again waits in the kernel's queue instead of being refused.
 */
export class ServiceStore implements SocketStore {
  readonly #keeper: ServiceKeeper;
  readonly #events: Pick<EventLog, "log">;
  /** What came with the start, and nobody has taken. */
  readonly #taken: Map<string, number>;
  /** By name, what is to be kept; the manager has or will have a copy. */
  readonly #kept = new Set<string>();
  #calls: Promise<void> = Promise.resolve();
  #releasing = 0;
  #hasFailed = false;

  constructor(keeper: ServiceKeeper, events: Pick<EventLog, "log">) {
    this.#keeper = keeper;
    this.#events = events;
    this.#taken = new Map(keeper.sockets.map(({ name, fd }) => [name, fd]));
    for (const { name } of keeper.sockets) {
      this.#kept.add(name);
    }
  }

  get isReleasing(): boolean {
    return this.#releasing > 0;
  }

  take(key: string): number | undefined {
    const name = nameOf(key);
    const fd = this.#taken.get(name);
    this.#taken.delete(name);
    return fd;
  }

  keep(key: string, handle: ListeningHandle): void {
    const name = nameOf(key);
    if (this.#kept.has(name)) {
      return;
    }
    this.#kept.add(name);
    this.#then(() => {
      // It may have been closed since.
      const fd = this.#kept.has(name) ? descriptorOf(handle) : undefined;
      return fd === undefined
        ? Promise.resolve()
        : this.#call([`--fd=${passedAs}`, `--fdname=${name}`, "FDPOLL=0"], fd);
    });
  }

  release(key: string, done?: () => void): void {
    this.#release(nameOf(key), done);
  }

  tidy(): void {
    for (const [name, fd] of this.#taken) {
      closeSync(fd);
      this.#release(name);
    }
    this.#taken.clear();
  }

  #release(name: string, done?: () => void): void {
    if (!this.#kept.delete(name)) {
      done?.();
      return;
    }
    this.#releasing += 1;
    this.#then(async () => {
      try {
        await this.#call(["FDSTOREREMOVE=1", `FDNAME=${name}`]);
      } finally {
        // Whatever became of the helper, the address is to be closed.
        this.#releasing -= 1;
        done?.();
      }
    });
  }

  /** One after the other, so that what is said last comes last. */
  #then(call: () => Promise<void>): void {
    this.#calls = this.#calls.then(call).catch((error: unknown) => this.#failed(String(error)));
  }

  #call(words: readonly string[], fd?: number): Promise<void> {
    const { notifySocket: NOTIFY_SOCKET, path: PATH } = this.#keeper;
    return new Promise((resolve) => {
      const child = spawn(helper, [...words], {
        env: { NOTIFY_SOCKET, PATH },
        stdio: ["ignore", "ignore", "pipe", ...(fd === undefined ? [] : [fd])],
        timeout: callMs,
      });
      let said = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        said = (said + text).slice(-1_000);
      });
      child.once("error", (error) => {
        this.#failed(error.message);
        resolve();
      });
      child.once("close", (code, signal) => {
        if (code !== 0) {
          this.#failed(said.trim() || `it ended with ${signal ?? `exit code ${code}`}`);
        }
        resolve();
      });
    });
  }

  #failed(why: string): void {
    if (!this.#hasFailed) {
      this.#hasFailed = true;
      const what = `${helper} could not tell the service manager which sockets it is to keep`;
      this.#events.log("warning", "socketsNotKept", `${what}: ${why}`);
    }
  }
}

/** Of an address: readable where it can be. */
function nameOf(key: string): string {
  const plain = prefix + key.replaceAll(":", "_");
  const isPlain = /^[\w.%#-]+$/.test(plain) && plain.length <= longestName;
  return isPlain ? plain : prefix + createHash("sha256").update(key).digest("hex").slice(0, 32);
}

/** The number of a handle's descriptor; `undefined` if it has been closed. */
function descriptorOf(handle: ListeningHandle): number | undefined {
  const fd: unknown = Reflect.get(handle, "fd");
  if (typeof fd !== "number") {
    miss("what tells the number of a handle's descriptor: the service manager keeps no sockets");
    return undefined;
  }
  return fd < 0 ? undefined : fd;
}
