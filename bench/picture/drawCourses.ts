import { timeWords } from "../../src/client/rehearsal/documents/rehearsalWords.ts";
import { escapeMarkup } from "../../src/shared/text/escapeMarkup.ts";
import { type Course, sliceMs } from "./rehearsePeer.ts";

export interface Colours {
  readonly ground: string;
  readonly text: string;
  readonly dim: string;
  readonly line: string;
  readonly band: string;
  readonly good: string;
  readonly bad: string;
  readonly median: string;
  readonly slowest: string;
}

/** In CSS pixels. */
export const pictureSize = { width: 960, height: 330 };

const left = 58;
const gap = 22;
const top = 78;
const bottom = 236;
/** The bars of what failed stand below the curves. */
const failedBottom = 278;
const failedHeight = 34;
const lowest = 0.1;
const steps = [0.1, 1, 10, 100, 1_000, 10_000];

/**
 * Courses side by side as SVG, on the same axes: the median and the slowest answer of each tenth of a second on a
 * logarithmic axis, and below them how many requests failed.
 */
export function drawCourses(courses: readonly Course[], caption: string, colours: Colours): string {
  const slices = Math.max(...courses.map((course) => course.slices.length));
  const slowest = Math.max(...courses.flatMap((course) => course.slices.map(({ max = 0 }) => max)));
  const mostFailed = Math.max(1, ...courses.flatMap((course) => course.slices.map(({ failed }) => failed)));
  const highest = steps.find((step) => step >= slowest) ?? slowest;
  const width = (pictureSize.width - left - gap * courses.length) / courses.length;
  const y = (ms: number): number =>
    round(bottom - ((bottom - top) * Math.log(Math.max(ms, lowest) / lowest)) / Math.log(highest / lowest));
  const shown = steps.filter((step) => step <= highest);

  const panel = (course: Course, index: number): string => {
    const from = left + index * (width + gap);
    const x = (at: number): number => round(from + (at / (slices * sliceMs)) * width);
    const line = (of: "p50" | "max", colour: string): string =>
      runs(course.slices.map((slice) => slice[of]))
        .map((run) => run.map(([slice, ms]) => `${x((slice + 0.5) * sliceMs)},${y(ms)}`).join(" "))
        .map((points) => `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.6"/>`)
        .join("");
    const bars = course.slices.map(({ failed }, slice) => {
      const height = failed === 0 ? 0 : Math.max(3, round((failed / mostFailed) * failedHeight));
      return failed === 0
        ? ""
        : `<rect x="${x(slice * sliceMs)}" y="${failedBottom - height}" width="${Math.max(2, round(width / slices))}" height="${height}" fill="${colours.bad}"/>`;
    });
    const verdict = `${count(course.failed)} of ${count(course.requests)} requests failed`;
    return [
      `<text x="${from}" y="24" font-size="15" font-weight="600" fill="${colours.text}">${escapeMarkup(`${course.name} ${course.version}`)}</text>`,
      `<text x="${from}" y="46" font-size="15" font-weight="600" fill="${course.failed === 0 ? colours.good : colours.bad}">${verdict}</text>`,
      `<text x="${from}" y="65" font-size="12" fill="${colours.dim}">${count(course.reopened)} connections broken off and reopened</text>`,
      `<rect x="${x(course.orderedAt)}" y="${top}" width="${round(x(course.doneAt) - x(course.orderedAt))}" height="${failedBottom - top}" fill="${colours.band}"/>`,
      ...shown.map((step) => `<path d="M${from} ${y(step)}h${width}" stroke="${colours.line}"/>`),
      `<path d="M${from} ${failedBottom}h${width}" stroke="${colours.line}"/>`,
      line("max", colours.slowest),
      line("p50", colours.median),
      ...bars,
      ...seconds(slices).map(
        (second) =>
          `<text x="${x(second * 1_000)}" y="${failedBottom + 15}" text-anchor="${second === 0 ? "start" : x(second * 1_000) > from + width - 12 ? "end" : "middle"}" font-size="11" fill="${colours.dim}">${second} s</text>`,
      ),
    ].join("");
  };

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${pictureSize.width} ${pictureSize.height}" width="${pictureSize.width}" height="${pictureSize.height}" font-family="system-ui, sans-serif">`,
    `<rect width="100%" height="100%" fill="${colours.ground}"/>`,
    ...shown.map(
      (step) =>
        `<text x="${left - 8}" y="${y(step) + 4}" text-anchor="end" font-size="11" fill="${colours.dim}">${timeWords(step).replace(".0", "")}</text>`,
    ),
    `<text x="${left - 8}" y="${failedBottom - 4}" text-anchor="end" font-size="11" fill="${colours.bad}">failed</text>`,
    ...courses.map(panel),
    legend(colours),
    `<text x="${pictureSize.width - gap}" y="${pictureSize.height - 12}" text-anchor="end" font-size="11" fill="${colours.dim}">${escapeMarkup(caption)}</text>`,
    "</svg>",
  ].join("");
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}

function legend(colours: Colours): string {
  const y = pictureSize.height - 16;
  const items = [
    { x: left, colour: colours.median, text: "median" },
    { x: left + 74, colour: colours.slowest, text: "slowest answer" },
    { x: left + 190, colour: colours.band, text: "from the order until done", thick: 12 },
  ];
  return items
    .map(
      ({ x, colour, text, thick = 2 }) =>
        `<path d="M${x} ${y}h16" stroke="${colour}" stroke-width="${thick}"/><text x="${x + 21}" y="${y + 4}" font-size="11" fill="${colours.dim}">${text}</text>`,
    )
    .join("");
}

function seconds(slices: number): number[] {
  const length = Math.floor((slices * sliceMs) / 1_000);
  return Array.from({ length: Math.floor(length / 2) + 1 }, (_, index) => index * 2);
}

/** The runs of known values with their places; a slice without an answer interrupts the line. */
function runs(values: readonly (number | undefined)[]): [number, number][][] {
  const all: [number, number][][] = [[]];
  for (const [index, value] of values.entries()) {
    if (value === undefined) {
      all.push([]);
    } else {
      all.at(-1)?.push([index, value]);
    }
  }
  return all.filter((run) => run.length > 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
