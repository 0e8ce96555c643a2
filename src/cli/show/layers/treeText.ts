import { callChains, wholeOf } from "../../../shared/layers/callChains.ts";
import type { CpuSample } from "../../../shared/layers/sample.ts";
import { shortPlace } from "../../../shared/layers/shortPlace.ts";
import { count, printable } from "../../terminal/units.ts";
import { functionLine, percent, type SampleTextOptions } from "./sampleText.ts";

/** Lines of the tree at most: those with the most time. */
const mostLines = 40;
/** What has less of the busy time is not shown. */
const leastShare = 0.02;
/** Columns of the deepest line that are left to say what it is. */
const leastText = 36;
const mostOwners = 3;

/**
 * The calls of a sample: what was called stands below and to the right of its caller. Functions of packages and of
 * Node.js that only lead to the next one are a line together.
 */
export function treeLines({ tree, durationMs }: CpuSample, options: SampleTextOptions): string[] {
  const { paint, columns, root } = options;
  const wholeMs = wholeOf(tree);
  const chains = callChains(tree);
  const hidden = new Set([...chains.values()].flatMap(({ nodes }) => nodes.slice(1)));
  const deepest = Math.max(4, Math.floor((columns - 10 - leastText) / 2));
  const depths: number[] = [];
  const lines: { readonly totalMs: number; readonly text: string }[] = [];
  tree.forEach(({ parent, name, at, totalMs }, index) => {
    const depth = (depths[parent] ?? -1) + (hidden.has(index) ? 0 : 1);
    depths.push(depth);
    if (totalMs < wholeMs * leastShare || hidden.has(index)) {
      return;
    }
    const begin = `${percent(totalMs / durationMs).padStart(8)}  ${"  ".repeat(Math.min(depth, deepest))}`;
    const chain = chains.get(index);
    const text =
      chain === undefined
        ? functionLine(`${begin}${printable(name)}`, at && `${shortPlace(at.file, root)}:${at.line}`, options)
        : `${begin}${paint("dim", `… ${count(chain.nodes.length, "frame")} of ${listed(chain.owners)}`)}`;
    lines.push({ totalMs, text });
  });
  const most = [...lines].sort((one, other) => other.totalMs - one.totalMs).slice(0, mostLines);
  const shown = lines.filter((line) => most.includes(line)).map(({ text }) => text);
  const more = lines.length > mostLines ? [`          and ${lines.length - mostLines} more`] : [];
  return shown.length === 0 ? [] : ["", paint("bold", "CALL TREE"), ...shown, ...more];
}

function listed(owners: readonly string[]): string {
  const more = owners.length > mostOwners ? [`${owners.length - mostOwners} more`] : [];
  return [...owners.slice(0, mostOwners), ...more].map(printable).join(", ");
}
