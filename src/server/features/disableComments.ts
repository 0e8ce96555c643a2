import type { SourceModule } from "../source/sourceModule.ts";

/** Silences rules: `// hitless-disable-next-line no-port-zero, other-rule`, or all of them if it names none. */
const comment = /^[\s*]*hitless-disable-next-line\b([\s\S]*)$/;

/** The comment that silences a rule for the next line. */
export function disablingComment(ruleId: string): string {
  return `// hitless-disable-next-line ${ruleId}`;
}

/** Whether a comment on the line above silences a rule; `line` counts from 1. */
export function readDisabled({ ast }: SourceModule): (ruleId: string, line: number) => boolean {
  const byLine = new Map<number, ReadonlySet<string>>();
  for (const { value, loc } of ast.comments ?? []) {
    const [, list] = comment.exec(value) ?? [];
    if (list !== undefined && loc != null) {
      // The text after `--` is the reason.
      const [names = ""] = list.split("--");
      byLine.set(loc.end.line + 1, new Set(names.split(/[\s,]+/).filter(Boolean)));
    }
  }
  return (ruleId, line) => {
    const names = byLine.get(line);
    return names !== undefined && (names.size === 0 || names.has(ruleId));
  };
}
