import type { LayerFacts, LayerPulse } from "../../shared/layers/facts.ts";
import type { CpuSample, SamplePart } from "../../shared/layers/sample.ts";

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

const mebibyte = 1_048_576;

/** As JSON with two spaces. */
export function reportJson({ app, version, facts, pulse, sample, home }: LayersReport): string {
  const content = { hitless: version, app, facts, pulse, sample };
  return `${JSON.stringify(content, (_, value) => (typeof value === "string" ? withoutHome(value, home) : value), 2)}\n`;
}

export function reportMarkdown(report: LayersReport): string {
  const { app, version, facts, pulse, sample } = report;
  const { worker, code, api, bindings, dependencies, os } = facts;
  const lines = [
    `# Runtime layers of ${inline(app)}`,
    "",
    `Worker ${worker.id} (slot ${worker.slot}, generation ${worker.generation}, pid ${worker.pid}), ${new Date(facts.takenAt).toISOString()}, Hitless ${version}`,
    "",
    "## Your code",
    "",
    `- Entry: ${inline(code.entry)}${code.commit === undefined ? "" : `, commit ${inline(code.commit)}`}`,
    `- Modules: ${code.own.modules} own, ${code.esmCostMs === undefined ? code.esm : "unlisted"} ESM, ${code.cjs} CommonJS; source maps ${code.sourceMaps ? "on" : "off"}`,
    `- Packages: ${list(code.packages.map(({ name, version: of }) => (of === undefined ? name : `${name} ${of}`)))}`,
    `- Environment (names only): ${list(code.environmentNames)}`,
    "",
    "## Node.js API",
    "",
    `- Node.js ${[api.version, api.status, api.endOfLife === undefined ? undefined : `end of life ${api.endOfLife}`].filter(Boolean).join(", ")}`,
    `- Flags: ${list(api.flags)}`,
    `- Built-in modules: ${list(api.builtins)}`,
    ...api.warnings.map(
      ({ name, code: id, message, count }) => `- ${inline(`${id ?? name}: ${message}`)} (${count} ×)`,
    ),
    "",
    "## Bindings and addons",
    "",
    `- Node-API ${bindings.napi}, ABI ${bindings.abi}, ${bindings.internal.length} internal bindings`,
    ...bindings.addons.map(({ file, interface: kind }) => `- ${inline(file)} (${kind})`),
    "",
    "## Dependencies",
    "",
    `- ${dependencies.versions.map(({ name, version: of }) => `${name} ${of}`).join(", ")}`,
    `- Thread pool: ${dependencies.threadPoolSize}; FIPS ${dependencies.fips ? "on" : "off"}`,
    ...(pulse === undefined
      ? []
      : [
          `- Heap: ${mebibytes(pulse.v8.heapUsed)} of at most ${mebibytes(pulse.v8.heapLimit)}`,
          `- Event loop: ${pulse.uv.utilisation === undefined ? "not measured during a sample" : `${percent(pulse.uv.utilisation)} busy`}${pulse.uv.delayP99 === undefined ? "" : `, delay p99 ${pulse.uv.delayP99.toFixed(1)} ms`}`,
          `- Active: ${list(pulse.uv.active.map(({ type, count }) => `${type} ${count}`))}`,
        ]),
    "",
    "## Operating system",
    "",
    `- ${[os.platform, os.release, os.arch].join(" ")}; ${os.cpus} × ${os.cpuModel}, ${os.availableCpus} usable`,
    `- Memory: ${mebibytes(os.memoryTotal)}${os.memoryLimit === undefined ? "" : `, limit ${mebibytes(os.memoryLimit)}`}`,
    ...(pulse === undefined
      ? []
      : [
          `- RSS ${mebibytes(pulse.os.rss)}, CPU ${percent(pulse.os.cpuUser)} user and ${percent(pulse.os.cpuSystem)} system`,
        ]),
    ...(sample === undefined ? [] : sampleLines(sample)),
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

function sampleLines({ durationMs, ticks, cancelled, poolMs, parts }: CpuSample): string[] {
  return [
    "",
    "## CPU time",
    "",
    `${(durationMs / 1_000).toFixed(1)} s, ${ticks} ticks${cancelled ? ", ended early" : ""}${poolMs === undefined ? "" : `, thread pool ${poolMs.toFixed(1)} ms`}`,
    "",
    "| Part | Share | Self time |",
    "|---|---:|---:|",
    ...parts.map((part) => `| ${inline(part.id)} | ${percent(part.share)} | ${part.selfMs.toFixed(1)} ms |`),
    "",
    "| Function | Part | Self time |",
    "|---|---|---:|",
    ...topFunctions(parts),
  ];
}

function topFunctions(parts: readonly SamplePart[]): string[] {
  return parts
    .flatMap(({ id, functions }) => functions.map((each) => ({ ...each, id })))
    .sort((one, other) => other.selfMs - one.selfMs)
    .slice(0, 20)
    .map(({ name, at, id, selfMs }) => {
      const where = at === undefined ? name : `${name} ${at.file}:${at.line}`;
      return `| ${inline(where)} | ${inline(id)} | ${selfMs.toFixed(1)} ms |`;
    });
}

function list(values: readonly string[]): string {
  return values.length === 0 ? "none" : values.map(inline).join(", ");
}

/** As code, so that nothing in it is taken for Markdown; a row of a table can hold no line break and no bare bar. */
function inline(text: string): string {
  return `\`${text.replace(/[`\r\n]/g, " ").replaceAll("|", "\\|")}\``;
}

function mebibytes(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(1)} MiB`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
