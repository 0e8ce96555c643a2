import { isBusyPart } from "../../../shared/facts/isBusyPart.ts";
import type { CpuSample, OwnFunction, SampledFunction, SamplePart } from "../../../shared/layers/sample.ts";
import { shortPlace } from "../../../shared/layers/shortPlace.ts";
import type { Paint } from "../../terminal/paint.ts";
import { displayWidth } from "../../terminal/table.ts";
import { count, duration, printable } from "../../terminal/units.ts";

/** Functions listed for each part. */
const mostFunctions = 3;
const mostOwn = 5;
/** Smaller parts are left out, but counted. */
const leastShare = 0.005;
/** A worker that was busy for less has hardly anything to tell. */
const leastBusy = 0.02;
const barColumns = 20;
const indent = "          ";

export interface SampleTextOptions {
  readonly paint: Paint;
  readonly columns: number;
  /** The app's folder: places below it are relative to it. */
  readonly root: string;
}

/** Whom the CPU time was spent for: the app's own functions, then a bar for each part with its busiest functions. */
export function sampleLines(sample: CpuSample, options: SampleTextOptions): string[] {
  const { durationMs, ticks, cancelled, left, parts, cpuMs, waitedMs, poolMs } = sample;
  const { paint } = options;
  const busy = parts.filter(isBusyPart).reduce((sum, { share }) => sum + share, 0);
  const head = [
    `sample of ${duration(durationMs)}`,
    count(ticks, "tick"),
    ...(cancelled ? ["ended early"] : []),
    `${percent(busy)} busy`,
  ];
  const shown = parts.filter(({ share }, index) => index === 0 || share >= leastShare);
  const rest = parts.slice(shown.length).reduce((sum, { share }) => sum + share, 0);
  return [
    `${paint("bold", "CPU TIME")} · ${head.join(" · ")}`,
    ...(left === true ? ["  it ended when the worker was told to go, as by a reload"] : []),
    ...(busy < leastBusy ? ["  it did next to nothing meanwhile: sample it while it has requests to answer"] : []),
    ...ownLines(sample, options),
    "",
    paint("bold", "BY PART"),
    ...shown.flatMap((part) => [partLine(part, paint), ...functionLines(part, options)]),
    ...(shown.length === parts.length
      ? []
      : [`${percent(rest).padStart(8)}  ${count(parts.length - shown.length, "other part")}`]),
    ...(cpuMs === undefined ? [] : [`  CPU time of the main thread: ${duration(cpuMs)}`]),
    ...(waitedMs === undefined || waitedMs < durationMs / 10
      ? []
      : [`  it waited ${duration(waitedMs)} for a CPU, which the shares contain`]),
    ...(poolMs === undefined ? [] : [`  beside it, in the thread pool of libuv: ${duration(poolMs)}`]),
  ];
}

/** The app's own functions that the time was spent for, each with what it mostly did. */
function ownLines({ own, parts, durationMs }: CpuSample, options: SampleTextOptions): string[] {
  const shown = own.slice(0, mostOwn).filter(({ causedMs }) => causedMs >= durationMs * leastShare);
  const places = shown.map(({ at, line }) => at && `${shortPlace(at.file, options.root)}:${line ?? at.line}`);
  return shown.length === 0
    ? []
    : [
        "",
        options.paint("bold", "BY YOUR OWN FUNCTIONS"),
        ...shown.flatMap((each, index) => {
          const { at, causedMs, line = at?.line } = each;
          const place = places[index];
          const isShared = places.filter((other) => other === place).length > 1 && line === at?.line;
          const column = isShared && at?.column !== undefined ? `:${at.column}` : "";
          return [
            functionLine(
              `${percent(causedMs / durationMs).padStart(8)}  ${printable(each.name)}  ${duration(causedMs)}`,
              place && place + column,
              options,
            ),
            ...callLines(each, parts, options.paint),
          ];
        }),
      ];
}

function callLines({ line, calls, selfMs }: OwnFunction, parts: CpuSample["parts"], paint: Paint): string[] {
  const [call] = calls;
  if (call === undefined || call.ms < selfMs) {
    return [];
  }
  const part = parts.find(({ id }) => id === call.part);
  const where = part === undefined ? call.part : partName(part);
  const at = call.line === undefined || call.line === line ? "" : ` at line ${call.line}`;
  return [
    `${indent}  ${paint("dim", printable(`mostly ${call.name === "" ? where : `${call.name}${at}, ${where}`}: ${duration(call.ms)}`))}`,
  ];
}

/** `12 %`, `0.4 %`. */
export function percent(share: number): string {
  const hundredths = share * 100;
  return `${hundredths >= 9.95 || hundredths === 0 ? Math.round(hundredths) : hundredths.toFixed(1)} %`;
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

function functionLines({ kind, functions }: SamplePart, options: SampleTextOptions): string[] {
  const told = kind === "gc" || !isBusyPart({ kind }) ? [] : functions.slice(0, mostFunctions);
  return told.map(({ name, at, selfMs }: SampledFunction) =>
    functionLine(
      `${indent}${printable(name)}  ${duration(selfMs)}`,
      at && `${shortPlace(at.file, options.root)}:${at.line}`,
      options,
    ),
  );
}

/** @param place Shortened to the room that there is, if it is known. */
export function functionLine(
  begin: string,
  place: string | undefined,
  { paint, columns }: Pick<SampleTextOptions, "paint" | "columns">,
): string {
  if (place === undefined) {
    return begin;
  }
  const all = printable(place);
  const room = Math.max(8, columns - displayWidth(begin) - 2);
  // The end of a path is more specific than its beginning.
  return `${begin}  ${paint("dim", displayWidth(all) > room ? `…${all.slice(1 - room)}` : all)}`;
}
