import type { Paint, Style } from "./paint.ts";

export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

/** Columns as wide as their widest cell, two spaces apart, under a dim heading. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string {
  const heading = headings.map((text): Cell => ({ text, style: "dim" }));
  const all = [heading, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => displayWidth(row[column]?.text ?? ""))));
  const lines = all.map((row) =>
    row
      .map(({ text, style }, column) => {
        const shown = style === undefined ? text : paint(style, text);
        const isLast = column === row.length - 1;
        return isLast ? shown : shown + " ".repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(text)));
      })
      .join("  "),
  );
  return lines.map((line) => line.trimEnd()).join("\n");
}

const wide =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1F64F}\u{1F900}-\u{1F9FF}\u{20000}-\u{3FFFD}]$/u;

/** Columns that a terminal needs for a text: two for each wide (East Asian) character, none for a combining mark. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    width += /^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  }
  return width;
}
