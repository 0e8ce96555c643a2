import { placeOf } from "../../../shared/layers/rows/row.ts";
import type { CpuSample, SamplePart } from "../../../shared/layers/sample.ts";
import { cell, milliseconds, percent } from "../markdownItems.ts";

/** Functions listed for a sample. */
const mostFunctions = 20;

/** Where the CPU time went, as two tables in Markdown. */
export function sampleLines({ durationMs, ticks, cancelled, poolMs, parts }: CpuSample): string[] {
  return [
    `${(durationMs / 1_000).toFixed(1)} s, ${ticks} ticks${cancelled ? ", ended early" : ""}${poolMs === undefined ? "" : `, thread pool ${milliseconds(poolMs)}`}`,
    "",
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
