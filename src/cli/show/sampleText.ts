import type { CpuSample, SampledFunction, SamplePart } from "../../shared/layers/sample.ts";
import type { Paint } from "../terminal/paint.ts";
import { displayWidth } from "../terminal/table.ts";
import { count, duration, printable } from "../terminal/units.ts";

/** Functions listed for each part. */
const mostFunctions = 3;
/** Smaller parts are left out, but counted. */
const leastShare = 0.005;
const barColumns = 20;
const indent = "          ";

interface TextOptions {
  readonly paint: Paint;
  readonly columns: number;
}

/** Where the CPU time went: a bar for each part, with its busiest functions. */
export function sampleLines(sample: CpuSample, { paint, columns }: TextOptions): string[] {
  const { durationMs, ticks, cancelled, parts, poolMs } = sample;
  const head = [`sample of ${duration(durationMs)}`, count(ticks, "tick"), ...(cancelled ? ["ended early"] : [])];
  const shown = parts.filter(({ share }, index) => index === 0 || share >= leastShare);
  const rest = parts.slice(shown.length).reduce((sum, { share }) => sum + share, 0);
  return [
    `${paint("bold", "CPU TIME")} · ${head.join(" · ")}`,
    ...shown.flatMap((part) => [partLine(part, paint), ...functionLines(part, { paint, columns })]),
    ...(shown.length === parts.length
      ? []
      : [`${percent(rest).padStart(8)}  ${count(parts.length - shown.length, "other part")}`]),
    ...(poolMs === undefined ? [] : [`  beside it, in the thread pool of libuv: ${duration(poolMs)}`]),
  ];
}

/** `12 %`, `0.4 %`. */
export function percent(share: number): string {
  const hundredths = share * 100;
  return `${hundredths >= 10 || hundredths === 0 ? Math.round(hundredths) : hundredths.toFixed(1)} %`;
}

function partLine({ share, ...part }: SamplePart, paint: Paint): string {
  const bar = "█".repeat(Math.round(share * barColumns)).padEnd(barColumns, "·");
  return `${percent(share).padStart(8)}  ${paint(part.kind === "idle" ? "dim" : "cyan", bar)}  ${printable(partName(part))}`;
}

function partName({ kind, name, dependency }: Pick<SamplePart, "kind" | "name" | "dependency">): string {
  return {
    code: "your code",
    package: `package ${name ?? ""}`,
    node: "JavaScript of Node.js",
    binding: `binding ${name ?? ""}${dependency === undefined || dependency === name ? "" : ` → ${dependency}`}`,
    v8: "V8 itself (JSON, RegExp, built-in functions)",
    gc: "garbage collection",
    idle: "idle",
    native: "native, unattributed",
    loop: `native, in the event loop${dependency === undefined ? "" : ` → ${dependency}`}`,
    unsure: `${name === undefined ? "your code" : `package ${name}`}, or V8's work called there`,
  }[kind];
}

function functionLines({ kind, functions }: SamplePart, options: TextOptions): string[] {
  const told = kind === "idle" || kind === "gc" ? [] : functions.slice(0, mostFunctions);
  return told.map((called) => functionLine(called, options));
}

function functionLine({ name, at, selfMs }: SampledFunction, { paint, columns }: TextOptions): string {
  const begin = `${indent}${printable(name)}  ${duration(selfMs)}`;
  if (at === undefined) {
    return begin;
  }
  const place = printable(`${at.file}:${at.line}`);
  const room = columns - displayWidth(begin) - 2;
  // The end of a path is more specific than its beginning.
  const shown = place.length > room ? `…${place.slice(-Math.max(8, room - 1))}` : place;
  return `${begin}  ${paint("dim", shown)}`;
}
