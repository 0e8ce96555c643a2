/** What one scenario found out. */
export interface Table {
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly about: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The value below which this share of the numbers is; 0 for none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = Float64Array.from(numbers).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** p50 / p99 / max in milliseconds. */
export function latencies(numbers: readonly number[]): string {
  const values = [quantile(numbers, 0.5), quantile(numbers, 0.99), quantile(numbers, 1)];
  return numbers.length === 0 ? "–" : values.map((value) => value.toFixed(1)).join(" / ");
}

/** How many times as much as `base`. */
export function times(value: number, base: number): string {
  return base === 0 ? "–" : `${(value / base).toFixed(2)} ×`;
}

export function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? "–" : `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

export function milliseconds(ms: number | undefined): string {
  return ms === undefined ? "–" : `${Math.round(ms).toLocaleString("en")} ms`;
}

/** For a terminal: columns as wide as they need to be. */
export function asText({ title, about, columns, rows }: Table): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => (row[index] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd();
  return [`\n${title}`, about, "", line(columns), ...rows.map(line)].join("\n");
}

export function asMarkdown({ title, about, columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [`## ${title}`, "", about, "", line(columns), line(columns.map(() => "---")), ...rows.map(line), ""].join(
    "\n",
  );
}
