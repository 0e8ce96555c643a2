/** How long figures are kept, in milliseconds. */
export const historyMs = 600_000;

/** Something measured at a time. */
export type MeasuredAt<Figures> = Figures & {
  /** Epoch milliseconds of the round in which it was measured: the same for all that is measured together. */
  readonly at: number;
};

/** What was measured of each of several things in the last ten minutes, oldest first. */
export interface FiguresHistory<Figures> {
  /** Adds a round, and drops what is too old by then. */
  add(at: number, round: ReadonlyMap<string, Figures>): void;
  /** Adds what others have measured of one thing, where nothing was measured at about that time, in milliseconds. */
  seed(key: string, measured: readonly MeasuredAt<Figures>[], about: number): void;
  of(key: string): readonly MeasuredAt<Figures>[];
  clear(): void;
}

export function createFiguresHistory<Figures>(): FiguresHistory<Figures> {
  const rings = new Map<string, readonly MeasuredAt<Figures>[]>();
  return {
    add(at, round) {
      for (const [key, figures] of round) {
        rings.set(key, [...(rings.get(key) ?? []), { ...figures, at }]);
      }
      for (const [key, ring] of rings) {
        // A clock that was set back leaves nothing of a future that is not reached for long.
        const kept = ring.filter((measured) => measured.at > at - historyMs && measured.at <= at);
        if (kept.length === 0) {
          rings.delete(key);
        } else {
          rings.set(key, kept);
        }
      }
    },
    seed(key, measured, about) {
      const ring = rings.get(key) ?? [];
      const more = measured.filter(({ at }) => !ring.some((own) => Math.abs(own.at - at) < about));
      if (more.length > 0) {
        rings.set(
          key,
          [...ring, ...more].sort((a, b) => a.at - b.at),
        );
      }
    },
    of: (key) => rings.get(key) ?? [],
    clear: () => rings.clear(),
  };
}
