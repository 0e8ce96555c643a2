import { placeOf } from "../../../shared/layers/rows/row.ts";
import type { CpuSample, OwnFunction, SamplePart } from "../../../shared/layers/sample.ts";
import { cell, milliseconds, percent } from "../markdownItems.ts";

/** Functions listed for a sample. */
const mostFunctions = 20;
const mostOwn = 5;

/** Where the CPU time went, as tables in Markdown, the first by the functions of the app that it went for. */
export function sampleLines({ durationMs, ticks, cancelled, poolMs, parts, own }: CpuSample): string[] {
  return [
    `${(durationMs / 1_000).toFixed(1)} s, ${ticks} ticks${cancelled ? ", ended early" : ""}${poolMs === undefined ? "" : `, thread pool ${milliseconds(poolMs)}`}`,
    "",
    ...(own.length === 0 ? [] : ["| Own function | Mostly in | Responsible for | Share |", "|---|---|---:|---:|"]),
    ...own.slice(0, mostOwn).map((each) => ownLine(each, durationMs)),
    ...(own.length === 0 ? [] : [""]),
    "| Part | Leads to | Share | Self time |",
    "|---|---|---:|---:|",
    ...parts.map(
      ({ id, dependency = "", share, selfMs }) =>
        `| ${cell(id)} | ${dependency} | ${percent(share)} | ${milliseconds(selfMs)} |`,
    ),
    "",
    "| Function | Part | Self time |",
    "|---|---|---:|",
    ...topFunctions(parts),
  ];
}

function ownLine({ name, at, line, selfMs, causedMs, calls: [call] }: OwnFunction, durationMs: number): string {
  const where = at === undefined ? name : `${name} ${at.file}:${line ?? at.line}`;
  const mostly = call === undefined || call.ms < selfMs ? "its own code" : cell(`${call.name} ${call.part}`.trim());
  return `| ${cell(where)} | ${mostly} | ${milliseconds(causedMs)} | ${percent(causedMs / durationMs)} |`;
}

function topFunctions(parts: readonly SamplePart[]): string[] {
  return parts
    .flatMap(({ id, functions }) => functions.map((each) => ({ ...each, id })))
    .sort((one, other) => other.selfMs - one.selfMs)
    .slice(0, mostFunctions)
    .map(({ name, at, id, selfMs }) => {
      const where = at === undefined ? name : `${name} ${placeOf(at).name}`;
      return `| ${cell(where)} | ${cell(id)} | ${milliseconds(selfMs)} |`;
    });
}
