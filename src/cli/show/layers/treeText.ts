import type { CpuSample } from "../../../shared/layers/sample.ts";
import type { Paint } from "../../terminal/paint.ts";
import { printable } from "../../terminal/units.ts";
import { percent } from "./sampleText.ts";

/** Lines of the tree at most. */
const mostLines = 40;
/** What has less of the busy time is not shown. */
const leastShare = 0.02;

/** The calls of a sample: what was called stands below and to the right of its caller. */
export function treeLines({ tree }: CpuSample, paint: Paint): string[] {
  const wholeMs = tree.reduce((sum, { parent, totalMs }) => (parent === -1 ? sum + totalMs : sum), 0);
  const depths: number[] = [];
  const lines: string[] = [];
  for (const { parent, name, at, totalMs } of tree) {
    const depth = (depths[parent] ?? -1) + 1;
    depths.push(depth);
    const share = wholeMs === 0 ? 0 : totalMs / wholeMs;
    if (share >= leastShare) {
      const place = at === undefined ? "" : `  ${paint("dim", printable(`${at.file}:${at.line}`))}`;
      lines.push(`${percent(share).padStart(8)}  ${"  ".repeat(Math.min(depth, 30))}${printable(name)}${place}`);
    }
  }
  const shown = lines.slice(0, mostLines);
  const more = lines.length > mostLines ? [`          and ${lines.length - mostLines} more`] : [];
  return shown.length === 0 ? [] : ["", paint("bold", "CALL TREE"), ...shown, ...more];
}
