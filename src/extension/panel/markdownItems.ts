const mebibyte = 1_048_576;

/** As code, so that nothing in it is interpreted as Markdown. */
export function inline(text: string): string {
  return `\`${text.replace(/[`\r\n]/g, " ")}\``;
}

/** The same for a table cell, where a bar would start the next cell even within code. */
export function cell(text: string): string {
  return inline(text).replaceAll("|", "\\|");
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
