import type { WorkerFigures } from "../../shared/facts/pulseFigures.ts";

/** A share of a CPU, of the memory and of the requests below which a change is not worth a new text. */
const leastCpu = 0.03;
const leastMemory = 0.03;
const leastRate = 0.15;
const leastRequests = 0.5;

/**
 * The figures to show: those shown before, unless they have changed noticeably. A row that is drawn again loses a click
 * that has just begun on it, and a number that trembles is hard to read.
 */
export function steadyFigures(shown: WorkerFigures | undefined, now: WorkerFigures | undefined): typeof now {
  return shown === undefined || now === undefined || isNoticeable(shown, now) ? now : shown;
}

function isNoticeable(shown: WorkerFigures, now: WorkerFigures): boolean {
  const { requestsPerSecond: before = -1 } = shown;
  const { requestsPerSecond: rate = -1 } = now;
  const isOtherRate = Math.abs(rate - before) > Math.max(leastRequests, leastRate * before);
  const begunOrEnded = (rate === 0) !== (before === 0);
  return (
    Math.abs(now.cpu - shown.cpu) >= leastCpu ||
    Math.abs(now.memory - shown.memory) >= leastMemory * shown.memory ||
    isOtherRate ||
    begunOrEnded
  );
}
