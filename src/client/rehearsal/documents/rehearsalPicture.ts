import type { RehearsalResult } from "../../../shared/rehearsal/rehearsalResult.ts";
import { escapeMarkup } from "../../../shared/text/escapeMarkup.ts";
import { markWord, type RehearsalWords, timeWords } from "./rehearsalWords.ts";

const size = { width: 900, height: 310, left: 64, right: 16, top: 88, bottom: 34 };
const plot = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom };

/** Steps of a logarithmic axis of time, in milliseconds. */
const timeSteps = [0.1, 1, 10, 100, 1_000, 10_000, 100_000];

/** Labels of marks closer together than this would cover each other; the later one goes a line lower. */
const labelRows = 5;
const labelWidth = 150;

/**
 * The course of one rehearsal as SVG: time to the right, the answers' p50, p99 and longest time upwards on a logarithmic axis,
 * the moments of the renewal as lines, failed requests and reopened connections as ticks.
 * @param highest Of all pictures that stand beside it, in milliseconds, so that they can be compared.
 */
export function rehearsalPicture(result: RehearsalResult, highest: number, { t }: RehearsalWords): string {
  const { slices, sliceMs, durationMs } = result;
  const lowestStep = 0.1;
  const highestStep = timeSteps.find((step) => step >= highest) ?? highest;
  const length = Math.max(durationMs, slices.length * sliceMs);
  const x = (at: number): number => round(size.left + (at / length) * plot.width);
  const y = (ms: number): number => {
    const share = Math.log(Math.max(ms, lowestStep) / lowestStep) / Math.log(highestStep / lowestStep);
    return round(size.top + plot.height * (1 - share));
  };
  const line = (of: "p50" | "p99" | "max"): string =>
    pieces(slices.map((slice) => slice[of]))
      .map((points) => points.map(([index, ms]) => `${x((index + 0.5) * sliceMs)},${y(ms)}`).join(" "))
      .map((points) => `<polyline class="${of}" points="${points}"/>`)
      .join("");
  const ticks = (of: "failed" | "reopened", top: number): string =>
    slices
      .flatMap((slice, index) =>
        slice[of] === 0
          ? []
          : [
              `<rect class="${of}" x="${x(index * sliceMs)}" y="${top}" width="${Math.max(2, round((sliceMs / length) * plot.width))}" height="7"><title>${escapeMarkup(of === "failed" ? t("{0} failed", slice[of]) : t("{0} reopened", slice[of]))}</title></rect>`,
            ],
      )
      .join("");
  const grid = timeSteps
    .filter((step) => step >= lowestStep && step <= highestStep)
    .map(
      (step) =>
        `<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${y(step)}" y2="${y(step)}"/><text class="axis" x="${size.left - 8}" y="${y(step) + 4}" text-anchor="end">${timeWords(step).replace(".0", "")}</text>`,
    )
    .join("");
  const everySeconds = Math.max(1, Math.ceil(length / 12_000));
  const seconds = Array.from(
    { length: Math.floor(length / 1_000 / everySeconds) + 1 },
    (_, index) => index * everySeconds,
  )
    .map(
      (second) =>
        `<text class="axis" x="${x(second * 1_000)}" y="${size.height - 14}" text-anchor="middle">${second} s</text>`,
    )
    .join("");
  const label = t(
    "Times of the answers over {0} seconds, with the moments of the renewal; the table below has the figures",
    Math.round(length / 1_000),
  );
  return [
    `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeMarkup(label)}">`,
    window(result, x),
    grid,
    seconds,
    marks(result, x, t),
    line("max"),
    line("p99"),
    line("p50"),
    ticks("failed", size.top - 9),
    ticks("reopened", size.top + plot.height + 2),
    "</svg>",
  ].join("");
}

/** The time of the renewal as a band. */
function window({ marks: moments }: RehearsalResult, x: (at: number) => number): string {
  const from = moments.find(({ mark }) => mark === "ordered")?.at;
  const until = moments.find(({ mark }) => mark === "done")?.at;
  if (from === undefined || until === undefined) {
    return "";
  }
  return `<rect class="renewal" x="${x(from)}" y="${size.top}" width="${round(x(until) - x(from))}" height="${plot.height}"/>`;
}

function marks({ marks: moments }: RehearsalResult, x: (at: number) => number, t: RehearsalWords["t"]): string {
  const ends = new Array<number>(labelRows).fill(Number.NEGATIVE_INFINITY);
  const placed = moments.map(({ mark, at }) => {
    const left = x(at);
    const isRight = left + labelWidth > size.width;
    const from = isRight ? left - labelWidth : left;
    const free = ends.findIndex((end) => end <= from);
    const row = free === -1 ? labelRows - 1 : free;
    ends[row] = from + labelWidth;
    const top = 12 + row * 15;
    return {
      line: `<line class="mark" x1="${left}" x2="${left}" y1="${top - 9}" y2="${size.top + plot.height}"/>`,
      label: `<text class="label" x="${isRight ? left - 4 : left + 4}" y="${top}" text-anchor="${isRight ? "end" : "start"}">${escapeMarkup(markWord(mark, t))} ${timeWords(at)}</text>`,
    };
  });
  // No line goes through a label.
  return [...placed.map(({ line }) => line), ...placed.map(({ label }) => label)].join("");
}

/** The runs of known values with their places; a slice without an answer interrupts the line. */
function pieces(values: readonly (number | undefined)[]): [number, number][][] {
  const runs: [number, number][][] = [];
  let run: [number, number][] | undefined;
  for (const [index, value] of values.entries()) {
    if (value === undefined) {
      run = undefined;
    } else if (run === undefined) {
      run = [[index, value]];
      runs.push(run);
    } else {
      run.push([index, value]);
    }
  }
  return runs;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
