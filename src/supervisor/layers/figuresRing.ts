import { figuresOf, leastRateMs, lookingMs } from "../../shared/facts/pulseFigures.ts";
import type { LayerPulse } from "../../shared/layers/facts.ts";
import type { MeasuredFigures } from "../../shared/layers/figures.ts";
import { shownTime } from "../clock.ts";

/** Figures are kept so long, in milliseconds; a table shows as much. */
const keptMs = 600_000;

/** Not more often than this, in milliseconds, however many clients ask: so there are at most 400 of a worker. */
const leastApartMs = 1_500;

interface Ring {
  answeredAt: number;
  keptAt: number;
  measured: MeasuredFigures[];
}

/**
 * Keeps what workers have told in the last ten minutes whoever asked, so that a window opened later sees the past. Nothing is
 * measured for it: there is nothing of the times at which nobody looked. It ends with its worker.
 */
export class FiguresRing<Worker extends object> {
  readonly #rings = new WeakMap<Worker, Ring>();

  /** @param now On the monotonic clock, when the worker answered. */
  note(worker: Worker, pulse: LayerPulse, now: number): void {
    const ring = this.#rings.get(worker) ?? { answeredAt: Number.NEGATIVE_INFINITY, keptAt: 0, measured: [] };
    this.#rings.set(worker, ring);
    const since = now - ring.answeredAt;
    ring.answeredAt = now;
    if (since < leastRateMs || since >= lookingMs || now - ring.keptAt < leastApartMs) {
      return;
    }
    ring.keptAt = now;
    ring.measured.push({ at: shownTime(now), ...figuresOf(pulse) });
    this.#drop(ring, now);
  }

  /** Oldest first. */
  of(worker: Worker, now: number): readonly MeasuredFigures[] {
    const ring = this.#rings.get(worker);
    if (ring !== undefined) {
      this.#drop(ring, now);
    }
    return ring?.measured ?? [];
  }

  #drop(ring: Ring, now: number): void {
    const oldest = shownTime(now - keptMs);
    const first = ring.measured.findIndex(({ at }) => at > oldest);
    ring.measured.splice(0, first === -1 ? ring.measured.length : first);
  }
}
