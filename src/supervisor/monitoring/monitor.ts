import type { EventLog } from "../logs/eventLog.ts";
import { type ListenPlace, parseListenAddress } from "./listenPlace.ts";
import { type MonitorAnswer, type MonitorServer, openMonitorServer } from "./monitorServer.ts";

/** What is written for `health`. */
type Address = number | string | undefined;

export interface MonitorOptions {
  readonly events: Pick<EventLog, "log">;
  /** Answers a path, such as `/ready`; `undefined` if there is nothing. */
  readonly answer: (path: string) => MonitorAnswer | undefined | Promise<MonitorAnswer | undefined>;
  /** The address has changed. */
  readonly moved: () => void;
}

/** Answers health checks where the setting `health` says, and moves when that changes. */
export class Monitor {
  readonly #options: MonitorOptions;
  #server: MonitorServer | undefined;
  /** What `#server` was opened for. */
  #address: Address;
  #closed = false;

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  /** Such as `http://127.0.0.1:9100`; `undefined` if it answers nowhere. */
  get url(): string | undefined {
    return this.#server?.url;
  }

  /** `undefined` if it answers nowhere. */
  get port(): number | undefined {
    return this.#server?.place.port;
  }

  /** By which another process can listen there too, and the setting; `undefined` if it answers nowhere. */
  get legacy(): { readonly address: number | string; readonly handle: unknown } | undefined {
    const handle = this.#server?.handle;
    return handle === undefined || this.#address === undefined ? undefined : { address: this.#address, handle };
  }

  /**
   * Begins to answer.
   * @param inherited The handle of the one before, which listens there already.
   * @throws HitlessError `invalidState`, which names the setting, the address and what is wrong with it.
   */
  async open(address: Address, inherited?: unknown): Promise<void> {
    if (address !== undefined) {
      const place = parseListenAddress(address);
      this.#server = await openMonitorServer(place, this.#options.answer, undefined, inherited);
      this.#address = address;
      this.#tell();
    }
  }

  /**
   * Goes on at this address, and does not leave the old one before the new one answers. Resolves with a sentence for a
   * person if it has to stay where it is; it never rejects.
   */
  async follow(address: Address): Promise<string | undefined> {
    if (address === this.#address || this.#closed) {
      return undefined;
    }
    const before = this.#address;
    const url = this.#server?.url;
    try {
      await this.#move(address);
      if (this.#closed) {
        await this.#close();
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const stays = this.url === undefined ? "Health checks are answered nowhere" : `Health checks stay at ${this.url}`;
      const message = `${stays}: ${why}`;
      this.#address = this.url === undefined ? undefined : before;
      this.#options.events.log("error", "health", message);
      this.#options.moved();
      return message;
    }
    this.#address = address;
    if (this.url !== url) {
      this.#tell();
    }
    return undefined;
  }

  /** Answers nobody any more. */
  close(): void {
    this.#closed = true;
    void this.#close();
  }

  async #move(address: Address): Promise<void> {
    const old = this.#server;
    const wanted = address === undefined ? undefined : parseListenAddress(address);
    if (wanted !== undefined && old !== undefined && isSamePort(wanted, old.place)) {
      // The same port of other addresses can't be listened on beside the old one.
      await this.#close();
      try {
        this.#server = await openMonitorServer(wanted, this.#options.answer);
      } catch (error) {
        this.#server = await openMonitorServer(old.place, this.#options.answer).catch(() => undefined);
        throw error;
      }
      return;
    }
    this.#server = wanted === undefined ? undefined : await openMonitorServer(wanted, this.#options.answer);
    await old?.close();
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  #tell(): void {
    const { events, moved } = this.#options;
    const where = this.url === undefined ? "nowhere any more" : `at ${this.url} (/live, /ready, /metrics)`;
    events.log("info", "health", `health checks are answered ${where}`);
    moved();
  }
}

function isSamePort(one: ListenPlace, other: ListenPlace): boolean {
  return one.port !== 0 && one.port === other.port;
}
