/**
 * Escapes text of the app or the user so that Markdown shows it unchanged. What reaches a tooltip may come from a
 * program's output, so it must become neither a link nor an image.
 */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~&$:@/"']/g, "\\$&").replace(/\r?\n/g, "  \n");
}

/** Lines of a program as a code block, whatever they contain. */
export function codeBlock(lines: readonly string[]): string {
  const text = lines.join("\n");
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** A list of facts, one per line; those without a value are left out. */
export function factList(facts: readonly (readonly [name: string, value: string | undefined])[]): string {
  return facts
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${escapeMarkdown(name)}: ${escapeMarkdown(value ?? "")}`)
    .join("  \n");
}
