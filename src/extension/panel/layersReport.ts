import type { LayerFacts, LayerPulse } from "../../shared/layers/facts.ts";
import { layers } from "../../shared/layers/layer.ts";
import { factRows, layerTitle, listRows } from "../../shared/layers/rows/layerRows.ts";
import type { Row, RowStyle } from "../../shared/layers/rows/row.ts";
import type { CpuSample } from "../../shared/layers/sample.ts";
import { workerLabel } from "../../shared/text/workerName.ts";
import { english } from "../../shared/translate.ts";
import { inline, mebibytes, milliseconds, percent } from "./markdownItems.ts";
import { sampleLines } from "./sample/sampleTables.ts";

/** The contents of a bug report. It is for those who fix the bug, so it is English whatever the editor's language. */
export interface LayersReport {
  readonly app: string;
  readonly version: string;
  readonly facts: LayerFacts;
  readonly pulse?: LayerPulse;
  readonly sample?: CpuSample;
  /** Absolute path of the home folder: it contains the user's name, so it is written as `~`. */
  readonly home: string;
}

const style: RowStyle = {
  t: english,
  count: String,
  bytes: mebibytes,
  percent,
  milliseconds,
  decimal: (value) => String(Math.round(value * 10) / 10),
};

/** As JSON with two spaces. */
export function reportJson({ app, version, facts, pulse, sample, home }: LayersReport): string {
  const content = { hitless: version, app, facts, pulse, sample };
  return `${JSON.stringify(content, (_, value) => (typeof value === "string" ? withoutHome(value, home) : value), 2)}\n`;
}

export function reportMarkdown(report: LayersReport): string {
  const { app, version, facts, pulse, sample } = report;
  const { worker } = facts;
  const known = { facts, pulse };
  const sections: readonly (readonly [heading: string, lines: readonly string[]])[] = [
    ...layers.map((layer) => {
      const rows = [...factRows[layer](known, style), ...listRows[layer](known, style)];
      return [layerTitle(layer, english), rows.map(rowLine)] as const;
    }),
    ...(sample === undefined ? [] : [["CPU time", sampleLines(sample)] as const]),
  ];
  const lines = [
    `# Runtime layers of ${inline(app)}`,
    "",
    `Worker ${workerLabel(worker)} (pid ${worker.pid}), ${new Date(facts.takenAt).toISOString()}, Hitless ${version}`,
    ...sections.flatMap(([heading, content]) => ["", `## ${heading}`, "", ...content]),
  ];
  return `${withoutHome(lines.join("\n"), report.home)}\n`;
}

function rowLine({ label, parts }: Row): string {
  return `- ${label}: ${parts.map((part) => (typeof part === "string" ? part : inline(part.name))).join(", ")}`;
}

/** Replaces the folder itself and all paths below it, but not a folder whose name merely begins the same. */
export function withoutHome(text: string, home: string): string {
  if (home.length < 2) {
    return text;
  }
  const pattern = new RegExp(`${home.replace(/[/\\]$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w.-])`, "g");
  return text.replace(pattern, "~");
}
