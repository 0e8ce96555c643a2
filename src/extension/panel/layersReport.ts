import type { LayerFacts, LayerPulse } from "../../shared/layers/facts.ts";
import type { CpuSample } from "../../shared/layers/sample.ts";
import { apiLines, bindingLines, codeLines, dependencyLines, sampleLines, systemLines } from "./layerLines.ts";
import { inline } from "./markdownItems.ts";

/** What goes into a bug report. It is for whoever mends the bug, so it is English whatever the editor speaks. */
export interface LayersReport {
  readonly app: string;
  /** Version of Hitless. */
  readonly version: string;
  readonly facts: LayerFacts;
  readonly pulse?: LayerPulse;
  readonly sample?: CpuSample;
  /** Absolute path of the home folder: it holds a person's name, so it is written as `~`. */
  readonly home: string;
}

/** As JSON with two spaces. */
export function reportJson({ app, version, facts, pulse, sample, home }: LayersReport): string {
  const content = { hitless: version, app, facts, pulse, sample };
  return `${JSON.stringify(content, (_, value) => (typeof value === "string" ? withoutHome(value, home) : value), 2)}\n`;
}

export function reportMarkdown(report: LayersReport): string {
  const { app, version, facts, pulse, sample } = report;
  const { worker } = facts;
  const sections: readonly (readonly [heading: string, lines: readonly string[]])[] = [
    ["Your code", codeLines(facts)],
    ["Node.js API", apiLines(facts, pulse)],
    ["Bindings and addons", bindingLines(facts)],
    ["Dependencies", dependencyLines(facts, pulse)],
    ["Operating system", systemLines(facts, pulse)],
    ...(sample === undefined ? [] : [["CPU time", sampleLines(sample)] as const]),
  ];
  const lines = [
    `# Runtime layers of ${inline(app)}`,
    "",
    `Worker ${worker.id} (slot ${worker.slot}, generation ${worker.generation}, pid ${worker.pid}), ${new Date(facts.takenAt).toISOString()}, Hitless ${version}`,
    ...sections.flatMap(([heading, content]) => ["", `## ${heading}`, "", ...content]),
  ];
  return `${withoutHome(lines.join("\n"), report.home)}\n`;
}

/** The folder itself and all below it; not one whose name only begins the same. */
export function withoutHome(text: string, home: string): string {
  if (home.length < 2) {
    return text;
  }
  const pattern = new RegExp(`${home.replace(/[/\\]$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w.-])`, "g");
  return text.replace(pattern, "~");
}
