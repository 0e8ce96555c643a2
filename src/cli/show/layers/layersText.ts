import type { LayersOutput } from "../../../shared/cliOutput.ts";
import { layers } from "../../../shared/layers/layer.ts";
import { factRows, layerTitle, listRows } from "../../../shared/layers/rows/layerRows.ts";
import { type Row, type RowStyle, textOf } from "../../../shared/layers/rows/row.ts";
import { workerName } from "../../../shared/text/workerName.ts";
import { english } from "../../../shared/translate.ts";
import { byteCount, duration, printable } from "../../terminal/units.ts";
import { type LabelledParts, wrapParts } from "../../terminal/wrap.ts";
import { percent, type SampleTextOptions, sampleLines } from "./sampleText.ts";

/** Rows of one kind shown at most, such as warnings. */
const mostOfAKind = 8;

const style: RowStyle = {
  t: english,
  count: String,
  bytes: byteCount,
  percent,
  milliseconds: (value) => (value < 1_000 ? `${value.toFixed(1)} ms` : duration(value)),
  decimal: (value) => (value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value))),
};

/** The contents of the layers, top to bottom as in the picture, and where the CPU time went. */
export function layersText({ name, facts, pulse, sample }: LayersOutput, options: SampleTextOptions): string {
  const { paint, columns } = options;
  const { pid } = facts.worker;
  const bands = layers.map((layer) => {
    const rows = [...factRows[layer]({ facts, pulse }, style), ...listRows[layer]({ facts, pulse }, style)];
    return { title: layerTitle(layer, english), rows: shortened(rows).map(labelled) };
  });
  const indent = Math.max(...bands.flatMap(({ rows }) => rows.map(({ label }) => label.length))) + 4;
  return [
    printable(`${name} · ${workerName(facts.worker)} · pid ${pid}`),
    ...bands.flatMap(({ title, rows }) => [
      "",
      paint("bold", title.toUpperCase()),
      ...rows.flatMap((row) => wrapParts(row, indent, columns)),
    ]),
    ...(sample === undefined ? [] : ["", ...sampleLines(sample, options)]),
  ].join("\n");
}

/** Leaves out surplus rows of a kind, which are counted. */
function shortened(rows: readonly Row[]): Row[] {
  return rows.flatMap((row) => {
    const kind = rows.filter(({ id }) => id === row.id);
    const index = kind.indexOf(row);
    return index < mostOfAKind
      ? [row]
      : index === mostOfAKind
        ? [{ ...row, parts: [`and ${kind.length - mostOfAKind} more`] }]
        : [];
  });
}

function labelled({ label, parts, most }: Row): LabelledParts {
  const more = parts.length - (most ?? parts.length);
  const shown = parts.slice(0, most).map((part) => printable(textOf(part)));
  return {
    label,
    parts: more > 0 ? [...shown, `and ${more} more`] : shown,
    ...(most !== undefined && { separator: ", " }),
  };
}
