import type { Pm2App } from "../../client/pm2/pm2App.ts";
import type { Pm2Finding, Pm2Verdict } from "../../client/pm2/pm2Finding.ts";

/** What is to be known before a start; of the rest only how many there are. */
const telling: ReadonlySet<Pm2Verdict> = new Set<Pm2Verdict>(["translated", "notSupported", "ignoredByPm2"]);

const heads: Readonly<Record<Pm2Verdict, string>> = {
  equal: "as with pm2",
  translated: "becomes",
  notNeeded: "not needed",
  notSupported: "not done",
  ignoredByPm2: "ignored by pm2 too",
};

const inOrder: readonly Pm2Verdict[] = ["equal", "notNeeded", "translated", "notSupported", "ignoredByPm2"];

/** What differs from pm2 for an app, a line each, without a full stop. */
export function differenceLines({ name, findings }: Pick<Pm2App, "name" | "findings">): string[] {
  const same = findings.filter(({ verdict }) => !telling.has(verdict)).length;
  const lines = findingLines(findings.filter(({ verdict }) => telling.has(verdict)));
  const options = same === 1 ? "1 option is" : `${same} options are`;
  return [`${name}: ${options} as with pm2, or not needed${lines.length === 0 ? "" : "; of the others:"}`, ...lines];
}

/** Findings a line each; options of which the same is to be said share one. */
export function findingLines(findings: readonly Pm2Finding[]): string[] {
  return inOrder.flatMap((verdict) => {
    const texts = new Map<string, string[]>();
    for (const finding of findings) {
      if (finding.verdict === verdict) {
        texts.set(finding.text, [...(texts.get(finding.text) ?? []), finding.option]);
      }
    }
    return [...texts].map(([text, options]) => `  ${options.join(", ")} · ${heads[verdict]}: ${text}`);
  });
}
