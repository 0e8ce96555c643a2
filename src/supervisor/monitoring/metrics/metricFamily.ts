/** Values of one metric, as Prometheus takes them. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** Where it differs from the family's name: `…_bucket`, `…_sum`, `…_count`. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, number | string>>;
  readonly value: number;
}

/** The text format of Prometheus, version 0.0.4. Names that are none in it are left out with all their values. */
export function promText(families: readonly MetricFamily[]): string {
  return families.filter(isWellNamed).map(familyText).join("");
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function isWellNamed({ name, samples }: MetricFamily): boolean {
  return (
    metricName.test(name) &&
    samples.every(
      (sample) =>
        metricName.test(sample.name ?? name) &&
        Object.keys(sample.labels ?? {}).every((label) => labelName.test(label)),
    )
  );
}

function familyText({ name, help, type, samples }: MetricFamily): string {
  const lines = samples.map(
    (sample) => `${sample.name ?? name}${labelsText(sample.labels)} ${numberText(sample.value)}\n`,
  );
  return `# HELP ${name} ${escapeText(help)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelsText(labels: Sample["labels"] = {}): string {
  const pairs = Object.entries(labels).map(
    ([label, value]) => `${label}="${escapeText(String(value)).replaceAll('"', '\\"')}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isFinite(value)) {
    return String(value);
  }
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
