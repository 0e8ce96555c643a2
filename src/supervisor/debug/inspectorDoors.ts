import type { EventLog } from "../logs/eventLog.ts";
import type { InspectPlace } from "../process/inspectFlags.ts";
import { describeWorker } from "../worker/describeExit.ts";
import type { WorkerHandle } from "../worker/workerHandle.ts";
import { type InspectorDoor, openInspectorDoor } from "./inspectorDoor.ts";

/** Milliseconds for a debugger to come that has opened an inspector by a signal: VS Code tries for 10 s. */
const comesWithinMs = 15_000;

interface SlotDoor {
  readonly place: InspectPlace;
  readonly door: InspectorDoor;
  /** The latest last. */
  workers: WorkerHandle[];
}

/**
 * The ports at which debuggers find the inspectors of workers, which themselves listen on random ones.
 *
 * A debugger that is told a pid (*Attach to Process*, `node inspect -p`) sends the signal and goes to 9229. Several workers can't
 * all listen there, so the supervisor does, until the debugger has come, and leads it to the worker that got the signal.
 *
 * With a flag of the user's own, such as `--inspect=9229`, slot 1 is found at that port, slot 2 at the next, and so on; each leads to
 * the newest worker of its slot, so that ports stay the same across reloads, though for a while two workers are in one slot.
 */
export class InspectorDoors {
  readonly #events: EventLog;
  readonly #slots = new Map<number, SlotDoor>();
  #signalled: InspectorDoor | undefined;
  #signalledTimer: NodeJS.Timeout | undefined;
  /** The inspectors to which that port has led last, of each worker. */
  readonly #led = new WeakMap<WorkerHandle, string>();

  constructor(events: EventLog) {
    this.#events = events;
  }

  /** A worker has started. @param place Where the user's own flags have the worker of slot 1 debugged. */
  started(worker: WorkerHandle, place: InspectPlace | undefined): void {
    const { slot } = worker;
    const known = this.#slots.get(slot);
    if (known !== undefined && known.place.host === place?.host && known.place.port === place.port) {
      known.workers.push(worker);
      return;
    }
    known?.door.close();
    this.#slots.delete(slot);
    if (place !== undefined && place.port !== 0) {
      const workers = [worker];
      const port = place.port + slot - 1;
      const door = openInspectorDoor({
        host: place.host,
        port,
        target: () =>
          this.#slots
            .get(slot)
            ?.workers.filter(({ dead }) => !dead)
            .findLast(isOpen)?.debugging.url,
        failed: ({ code }) => {
          const why = code === "EADDRINUSE" ? "another program listens there" : String(code);
          const text = `slot ${slot} can't be debugged at port ${port}: ${why}; the status tells where its worker can`;
          this.#events.log("warning", "inspectPort", text);
        },
      });
      this.#slots.set(slot, { place, door, workers });
      this.#events.log("info", "inspectPort", `slot ${slot} can be debugged at ${place.host}:${port}, across reloads`);
    }
  }

  /** A worker has ended. */
  ended(worker: WorkerHandle): void {
    const known = this.#slots.get(worker.slot);
    if (known !== undefined) {
      known.workers = known.workers.filter((other) => other !== worker);
      if (known.workers.length === 0) {
        known.door.close();
        this.#slots.delete(worker.slot);
      }
    }
  }

  /** The inspector of a worker was opened by a signal that was not the supervisor's: its debugger is about to come. */
  signalled(worker: WorkerHandle): void {
    const { url } = worker.debugging;
    if (url === undefined || this.#led.get(worker) === url) {
      return;
    }
    this.#led.set(worker, url);
    this.#closeSignalled();
    const { host, port } = worker.signalPlace;
    this.#signalled = openInspectorDoor({
      host,
      port,
      target: () => worker.debugging.url,
      // The next debugger may want another worker.
      entered: () => this.#closeSignalled(),
      failed: () => {
        const text = `a debugger has signalled ${describeWorker(worker)} and will look for it at port ${port}, where another program listens; it is at ${url}`;
        this.#events.log("warning", "inspectPort", text, worker.id);
      },
    });
    this.#signalledTimer = setTimeout(() => this.#closeSignalled(), comesWithinMs);
    this.#signalledTimer.unref();
  }

  #closeSignalled(): void {
    clearTimeout(this.#signalledTimer);
    this.#signalled?.close();
    this.#signalled = undefined;
  }
}

function isOpen({ debugging }: WorkerHandle): boolean {
  return debugging.url !== undefined;
}
