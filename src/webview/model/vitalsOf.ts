import type { LayerPulse } from "../../shared/layers/facts.ts";
import type { Layer } from "../../shared/layers/layer.ts";
import { isEnded, releaseWord } from "../../shared/layers/rows/apiRows.ts";
import type { Known } from "../../shared/layers/rows/row.ts";
import { t } from "../../shared/translate.ts";
import type { Numbers } from "./numbers.ts";
import type { SeriesName } from "./series.ts";

/** A fact to see at a glance. */
export interface Vital {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** Shown beside the value, less prominent. */
  readonly detail?: string;
  /** The series to draw over the last minute. */
  readonly series?: SeriesName;
  /** How full it is, 0 to 1. */
  readonly level?: number;
  /** Whether it deserves a closer look. */
  readonly alarming?: boolean;
}

export interface KnownOverTime extends Known {
  /** The previous pulse of the same worker. */
  readonly previous?: LayerPulse | undefined;
}

/** At most six; they stay the same as long as the same data is known. */
export function vitalsOf(layer: Layer, known: KnownOverTime, numbers: Numbers): Vital[] {
  return vitals[layer](known, numbers);
}

function codeVitals({ facts }: Known, { count, bytes }: Numbers): Vital[] {
  if (facts === undefined) {
    return [];
  }
  const { own, packages, modules, unlisted, esm, esmCostMs, cjs, commit } = facts.code;
  const bytesOfPackages = packages.reduce((sum, each) => sum + each.bytes, 0);
  const all = modules.length + unlisted;
  return [
    { id: "own", label: t("Own modules"), value: count(own.modules), detail: bytes(own.bytes) },
    { id: "packages", label: t("Packages"), value: count(packages.length), detail: bytes(bytesOfPackages) },
    { id: "modules", label: t("All modules"), value: count(all) },
    { id: "kinds", label: t("ESM · CommonJS"), value: `${esmCostMs === undefined ? count(esm) : "?"} · ${count(cjs)}` },
    ...given(commit, (hash) => ({ id: "commit", label: t("Commit"), value: hash.slice(0, 8) })),
  ];
}

function apiVitals({ facts, pulse }: Known, { count, decimal }: Numbers): Vital[] {
  const builtins = pulse?.api.builtins ?? facts?.api.builtins.length;
  const warnings = pulse?.api.warnings ?? facts?.api.warnings.reduce((sum, each) => sum + each.count, 0);
  return [
    ...given(facts, ({ api: { version, status, endOfLife }, takenAt }) => ({
      id: "version",
      label: t("Node.js"),
      value: version,
      ...(status !== undefined && { detail: releaseWord(status, t) }),
      alarming: isEnded(endOfLife, takenAt),
    })),
    ...given(pulse?.api.requestsPerSecond, (rate) => ({
      id: "requests",
      label: t("Requests"),
      value: decimal(rate),
      detail: t("per second"),
      series: "requests",
    })),
    ...given(builtins, (value) => ({ id: "builtins", label: t("Built-in modules"), value: count(value) })),
    ...given(warnings, (value) => ({
      id: "warnings",
      label: t("Warnings"),
      value: count(value),
      alarming: value > 0,
    })),
  ];
}

function bindingVitals({ facts, pulse }: Known, { count }: Numbers): Vital[] {
  const internal = pulse?.bindings.internal ?? facts?.bindings.internal.length;
  const addons = pulse?.bindings.addons ?? facts?.bindings.addons.length;
  return [
    ...given(internal, (value) => ({ id: "internal", label: t("Internal bindings"), value: count(value) })),
    ...given(addons, (value) => ({ id: "addons", label: t("Addons"), value: count(value) })),
    ...given(facts, ({ bindings }) => ({ id: "napi", label: t("Node-API"), value: bindings.napi })),
    ...given(facts, ({ bindings }) => ({ id: "abi", label: t("ABI"), value: bindings.abi })),
  ];
}

/** A vital of a known value; none of an unknown one. */
function given<Value>(value: Value | undefined, make: (value: Value) => Vital): Vital[] {
  return value === undefined ? [] : [make(value)];
}

function dependencyVitals({ facts, pulse }: Known, { bytes, percent, milliseconds, count }: Numbers): Vital[] {
  const pool = facts?.dependencies.threadPoolSize;
  const live: Vital[] = [];
  if (pulse !== undefined) {
    const { heapUsed, heapLimit, gc } = pulse.v8;
    const collections = gc.reduce((sum, each) => sum + each.count, 0);
    const pauseMs = gc.reduce((sum, each) => sum + each.ms, 0);
    const full = heapLimit === 0 ? 0 : heapUsed / heapLimit;
    const { utilisation, delayP99 } = pulse.uv;
    live.push(
      {
        id: "heap",
        label: t("V8 heap"),
        value: bytes(heapUsed),
        detail: t("of {0}", bytes(heapLimit)),
        series: "heap",
        alarming: full > 0.9,
      },
      { id: "gc", label: t("GC pauses"), value: count(collections), detail: milliseconds(pauseMs) },
      {
        id: "loop",
        label: t("Event loop busy"),
        value: utilisation === undefined ? "–" : percent(utilisation),
        ...(utilisation === undefined && { detail: t("not measured during a sample") }),
        series: "utilisation",
        alarming: utilisation !== undefined && utilisation > 0.9,
      },
    );
    if (delayP99 !== undefined) {
      live.push({
        id: "delay",
        label: t("Loop delay p99"),
        value: milliseconds(delayP99),
        series: "delay",
        alarming: delayP99 > 200,
      });
    }
  }
  return [
    ...live,
    ...given(pool, (size) => ({ id: "pool", label: t("Thread pool"), value: count(size), detail: t("threads") })),
  ];
}

function systemVitals({ facts, pulse, previous }: KnownOverTime, { bytes, percent, count }: Numbers): Vital[] {
  if (pulse === undefined) {
    return facts === undefined
      ? []
      : [
          { id: "system", label: t("System"), value: `${facts.os.platform} ${facts.os.arch}` },
          { id: "cpus", label: t("CPUs"), value: count(facts.os.availableCpus) },
          { id: "memory", label: t("Memory"), value: bytes(facts.os.memoryTotal) },
        ];
  }
  const { rss, cpuUser, cpuSystem, files } = pulse.os;
  const most = facts?.os.memoryLimit ?? facts?.os.memoryTotal;
  const fileLimit = facts?.os.fileLimit;
  return [
    {
      id: "cpu",
      label: t("CPU"),
      value: percent(cpuUser + cpuSystem),
      detail: t("{0} system", percent(cpuSystem)),
      series: "cpu",
    },
    {
      id: "rss",
      label: t("Memory (RSS)"),
      value: bytes(rss),
      ...(most !== undefined && { detail: t("of {0}", bytes(most)) }),
      series: "rss",
      alarming: most !== undefined && rss > most * 0.9,
    },
    ...given(files, (open) => ({
      id: "files",
      label: t("Open files"),
      value: count(open),
      ...(fileLimit !== undefined && { detail: t("of {0}", count(fileLimit)) }),
      alarming: fileLimit !== undefined && open > fileLimit * 0.9,
    })),
    ...(previous === undefined || previous.takenAt >= pulse.takenAt
      ? []
      : [
          {
            id: "switches",
            label: t("Context switches"),
            value: count(((switches(pulse) - switches(previous)) * 1_000) / (pulse.takenAt - previous.takenAt)),
            detail: t("per second"),
          },
        ]),
  ];
}

const vitals: Readonly<Record<Layer, (known: KnownOverTime, numbers: Numbers) => Vital[]>> = {
  code: codeVitals,
  api: apiVitals,
  bindings: bindingVitals,
  dependencies: dependencyVitals,
  os: systemVitals,
};

/** Since the start of the process. */
function switches({ os }: LayerPulse): number {
  return os.voluntarySwitches + os.involuntarySwitches;
}
