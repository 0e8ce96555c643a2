import { type Comparison, passed, verdictOf } from "./compareFile.ts";

/** The page for a person: how many files of each kind there were, and which differ. */
export function resultsPage(compared: readonly Comparison[], version: string): string {
  const kinds = new Map<string, Comparison[]>();
  for (const comparison of compared) {
    const kind = /^test-([a-z0-9]+)/.exec(comparison.name)?.[1] ?? "other";
    kinds.set(kind, [...(kinds.get(kind) ?? []), comparison]);
  }
  const rows = [...kinds].map(([kind, own]) => `| ${kind} | ${counts(own).join(" | ")} |`);
  return `# Node's own tests as apps

\`npm run test:node-suite -- CHECKOUT\` runs each file of Node's \`test/parallel\` as the app of a real worker and as a plain
cluster worker, up to three times while they differ. A file *differs* when only the plain worker passes; it is *better* when
only the worker of Hitless does, mostly since a plain one never ends by itself. What neither passes needs something that no
cluster worker has, or that this machine has not.

Last run: Node.js ${version}, ${compared.length} files.

| files | both pass | neither passes | better | differ |
|---|---|---|---|---|
${rows.join("\n")}
| **all** | ${counts(compared).join(" | ")} |

${list("Differ", compared, "differs")}
${list("Better", compared, "better")}`;
}

function counts(compared: readonly Comparison[]): number[] {
  const of = (fits: (comparison: Comparison) => boolean): number => compared.filter(fits).length;
  return [
    of(({ plain, hitless }) => passed(plain) && passed(hitless)),
    of(({ plain, hitless }) => !passed(plain) && !passed(hitless)),
    of((comparison) => verdictOf(comparison) === "better"),
    of((comparison) => verdictOf(comparison) === "differs"),
  ];
}

function list(title: string, compared: readonly Comparison[], verdict: "differs" | "better"): string {
  const names = compared.filter((comparison) => verdictOf(comparison) === verdict).map(({ name }) => `\`${name}\``);
  return `${title}: ${names.length === 0 ? "none" : names.join(", ")}.\n`;
}
