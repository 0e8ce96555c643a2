import { displayWidth } from "./table.ts";

export interface LabelledParts {
  readonly label: string;
  readonly parts: readonly string[];
  /** Between two parts; default ` · `. */
  readonly separator?: string;
}

/** Wraps the parts after the label into lines of at most `columns` columns, all indented alike. */
export function wrapParts(
  { label, parts, separator = " · " }: LabelledParts,
  indent: number,
  columns: number,
): string[] {
  const lines: string[] = [];
  const begin = `  ${label}`.padEnd(indent);
  let line = "";
  for (const part of parts) {
    const longer = line === "" ? part : line + separator + part;
    // The line may have to end with a separator.
    if (line !== "" && indent + displayWidth(longer + separator.trimEnd()) > columns) {
      lines.push(line + separator.trimEnd());
      line = part;
    } else {
      line = longer;
    }
  }
  return [...lines, line].map((text, index) => (index === 0 ? begin : " ".repeat(indent)) + text);
}
