import { isBusyPart } from "../../../shared/facts/isBusyPart.ts";
import type { CpuSample, OwnFunction, SampledFunction, SamplePart } from "../../../shared/layers/sample.ts";
import type { Paint } from "../../terminal/paint.ts";
import { displayWidth } from "../../terminal/table.ts";
import { count, duration, printable } from "../../terminal/units.ts";

/** Functions listed for each part. */
const mostFunctions = 3;
const mostOwn = 5;
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
  const { durationMs, ticks, cancelled, parts, cpuMs, waitedMs, poolMs } = sample;
  const head = [`sample of ${duration(durationMs)}`, count(ticks, "tick"), ...(cancelled ? ["ended early"] : [])];
  const shown = parts.filter(({ share }, index) => index === 0 || share >= leastShare);
  const rest = parts.slice(shown.length).reduce((sum, { share }) => sum + share, 0);
  return [
    `${paint("bold", "CPU TIME")} · ${head.join(" · ")}`,
    ...shown.flatMap((part) => [partLine(part, paint), ...functionLines(part, { paint, columns })]),
    ...(shown.length === parts.length
      ? []
      : [`${percent(rest).padStart(8)}  ${count(parts.length - shown.length, "other part")}`]),
    ...(cpuMs === undefined ? [] : [`  CPU time of the main thread: ${duration(cpuMs)}`]),
    ...(waitedMs === undefined || waitedMs < durationMs / 10
      ? []
      : [`  it waited ${duration(waitedMs)} for a CPU, which the parts contain`]),
    ...(poolMs === undefined ? [] : [`  beside it, in the thread pool of libuv: ${duration(poolMs)}`]),
    ...ownLines(sample, { paint, columns }),
  ];
}

/** The app's own functions that the time was spent for, each with what it mostly did. */
function ownLines({ own, parts }: CpuSample, options: TextOptions): string[] {
  const shown = own.slice(0, mostOwn);
  return shown.length === 0
    ? []
    : [
        "",
        options.paint("bold", "BY YOUR OWN FUNCTIONS"),
        ...shown.flatMap((each) => [
          functionLine({ ...each, selfMs: each.causedMs }, options),
          ...callLines(each, parts, options.paint),
        ]),
      ];
}

function callLines({ at, calls, selfMs }: OwnFunction, parts: CpuSample["parts"], paint: Paint): string[] {
  const [call] = calls;
  if (call === undefined || call.ms < selfMs) {
    return [];
  }
  const part = parts.find(({ id }) => id === call.part);
  const where = part === undefined ? call.part : partName(part);
  const line = at === undefined || call.line === undefined ? "" : ` at line ${call.line}`;
  return [
    `${indent}  ${paint("dim", printable(`mostly ${call.name === "" ? where : `${call.name}${line}, ${where}`}: ${duration(call.ms)}`))}`,
  ];
}

/** `12 %`, `0.4 %`. */
export function percent(share: number): string {
  const hundredths = share * 100;
  return `${hundredths >= 10 || hundredths === 0 ? Math.round(hundredths) : hundredths.toFixed(1)} %`;
}

function partLine({ share, ...part }: SamplePart, paint: Paint): string {
  const bar = "█".repeat(Math.round(share * barColumns)).padEnd(barColumns, "·");
  return `${percent(share).padStart(8)}  ${paint(isBusyPart(part) ? "cyan" : "dim", bar)}  ${printable(partName(part))}`;
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
    idleOrLoop: "idle, or native in the event loop: this system does not tell",
    native: "native, unattributed",
    loop: `native, in the event loop${dependency === undefined ? "" : ` → ${dependency}`}`,
    unsure: `${name === undefined ? "your code" : `package ${name}`}, or V8's work called there`,
  }[kind];
}

function functionLines({ kind, functions }: SamplePart, options: TextOptions): string[] {
  const told = kind === "gc" || !isBusyPart({ kind }) ? [] : functions.slice(0, mostFunctions);
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
