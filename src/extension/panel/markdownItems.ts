const mebibyte = 1_048_576;

/** As code, so that nothing in it is taken for Markdown. */
export function inline(text: string): string {
  return `\`${text.replace(/[`\r\n]/g, " ")}\``;
}

/** The same for a cell of a table, where a bar would begin the next cell even within code. */
export function cell(text: string): string {
  return inline(text).replaceAll("|", "\\|");
}

export function list(values: readonly string[]): string {
  return values.length === 0 ? "none" : values.map(inline).join(", ");
}

/** `- Heap: 12 MiB, limit 2 GiB`, without the parts that are not known; nothing when none is. */
export function item(label: string, ...parts: readonly (string | undefined)[]): string[] {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? [] : [`- ${label}: ${known.join(", ")}`];
}

export function mebibytes(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(1)} MiB`;
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
