import type { Addon, LayerFacts, LayerPulse, SourcePosition } from "../../shared/layers/facts.ts";
import type { CpuSample, SamplePart } from "../../shared/layers/sample.ts";
import { cell, inline, item, list, mebibytes, milliseconds, percent } from "./markdownItems.ts";

/** Functions that are named of a sample. */
const mostFunctions = 20;

export function codeLines({ code }: LayerFacts): string[] {
  const { entry, commit, own, esm, esmCostMs, cjs, sourceMaps, packages, environmentNames } = code;
  return [
    ...item("Entry", inline(entry), commit && `commit ${inline(commit)}`),
    `- Modules: ${own.modules} own, ${esmCostMs === undefined ? esm : "unlisted"} ESM, ${cjs} CommonJS; source maps ${sourceMaps ? "on" : "off"}`,
    `- Packages: ${list(packages.map(({ name, version }) => (version === undefined ? name : `${name} ${version}`)))}`,
    `- Environment (names only): ${list(environmentNames)}`,
  ];
}

export function apiLines({ api }: LayerFacts, pulse: LayerPulse | undefined): string[] {
  const { version, codename, status, endOfLife, flags, builtins, warnings } = api;
  const rate = pulse?.api.requestsPerSecond;
  return [
    `- Node.js ${[version, codename, status, endOfLife && `end of life ${endOfLife}`].filter(Boolean).join(", ")}`,
    `- Flags: ${list(flags)}`,
    `- Built-in modules: ${list(builtins)}`,
    ...item("Requests", rate === undefined ? undefined : `${rate.toFixed(1)} a second`),
    ...warnings.map(
      ({ name, code, message, at, count }) =>
        `- Warning: ${inline(`${code ?? name}: ${message}`)} (${count} ×)${at === undefined ? "" : ` at ${inline(placeOf(at))}`}`,
    ),
  ];
}

export function bindingLines({ bindings }: LayerFacts): string[] {
  const { napi, abi, internal, addons } = bindings;
  return [
    `- Node-API ${napi}, ABI ${abi}, ${internal.length} internal bindings`,
    ...addons.map((addon) => `- Addon ${inline(addon.file)}: ${addonWords(addon)}`),
  ];
}

function addonWords({ package: owner, version, interface: kind, level, rebuild }: Addon): string {
  const built = { napi: "Node-API", abi: "ABI", unknown: "unknown interface" }[kind];
  const words = [
    owner === undefined ? undefined : inline([owner, version].filter(Boolean).join(" ")),
    level === undefined ? built : `${built} ${level}`,
    rebuild === undefined
      ? undefined
      : rebuild
        ? "to be rebuilt for another Node.js"
        : "no rebuild for another Node.js",
  ];
  return words.filter(Boolean).join(", ");
}

export function dependencyLines({ dependencies }: LayerFacts, pulse: LayerPulse | undefined): string[] {
  const { versions, threadPoolSize, fips, ciphers, resolvers } = dependencies;
  return [
    `- ${versions.map(({ name, version }) => `${name} ${version}`).join(", ")}`,
    `- Thread pool: ${threadPoolSize}; FIPS ${fips ? "on" : "off"}, ${ciphers} ciphers`,
    `- DNS servers: ${list(resolvers)}`,
    ...(pulse === undefined ? [] : [...heapLines(pulse.v8), ...loopLines(pulse.uv), ...tlsLines(pulse.openssl)]),
  ];
}

function heapLines({ heapUsed, heapTotal, heapLimit, external, spaces, gc }: LayerPulse["v8"]): string[] {
  const some = gc.filter(({ count }) => count > 0);
  return [
    `- Heap: ${mebibytes(heapUsed)} of ${mebibytes(heapTotal)}, at most ${mebibytes(heapLimit)}, external ${mebibytes(external)}`,
    ...item("Heap spaces", ...spaces.map(({ name, used, size }) => `${name} ${mebibytes(used)} of ${mebibytes(size)}`)),
    `- Garbage collections of late: ${some.map(({ kind, count, ms }) => `${count} ${kind} in ${milliseconds(ms)}`).join(", ") || "none"}`,
  ];
}

function loopLines({ utilisation, iterations, delayP50, delayP99, active }: LayerPulse["uv"]): string[] {
  return [
    ...item(
      "Event loop",
      utilisation === undefined ? "not measured during a sample" : `${percent(utilisation)} busy`,
      delayP50 === undefined ? undefined : `delay p50 ${milliseconds(delayP50)}`,
      delayP99 === undefined ? undefined : `p99 ${milliseconds(delayP99)}`,
      iterations === undefined ? undefined : `${iterations} turns`,
    ),
    `- Active: ${list(active.map(({ type, count }) => `${type} ${count}`))}`,
  ];
}

function tlsLines({ tlsSockets, sessions }: LayerPulse["openssl"]): string[] {
  return item(
    "TLS",
    tlsSockets === undefined ? undefined : `${tlsSockets} connections to its servers`,
    sessions === undefined ? undefined : `sessions seen: ${sessions.full} new, ${sessions.resumed} resumed`,
    ...(sessions?.protocols ?? []).map(({ name, count }) => `${count} ${name}`),
  );
}

export function systemLines({ os }: LayerFacts, pulse: LayerPulse | undefined): string[] {
  const { platform, release, arch, cpus, cpuModel, availableCpus, memoryTotal, memoryLimit, cpuLimit, fileLimit } = os;
  const now = pulse?.os;
  return [
    `- ${[platform, release, arch].join(" ")}; ${cpus} × ${cpuModel}, ${availableCpus} usable`,
    ...item(
      "CPU",
      now && `${percent(now.cpuUser)} user`,
      now && `${percent(now.cpuSystem)} system`,
      cpuLimit === undefined ? undefined : `limit ${cpuLimit} CPUs`,
      now && `context switches: ${now.voluntarySwitches} voluntary, ${now.involuntarySwitches} involuntary`,
    ),
    ...item(
      "Memory",
      now && `RSS ${mebibytes(now.rss)}`,
      memoryLimit === undefined ? undefined : `limit ${mebibytes(memoryLimit)}`,
      `${mebibytes(memoryTotal)} in all`,
      now && `page faults: ${now.minorFaults} minor, ${now.majorFaults} major`,
    ),
    ...item(
      "Files",
      now?.files === undefined ? undefined : `${now.files} open`,
      fileLimit === undefined ? undefined : `limit ${fileLimit}`,
      now && `${now.fsReads} reads, ${now.fsWrites} writes`,
    ),
  ];
}

export function sampleLines({ durationMs, ticks, cancelled, poolMs, parts }: CpuSample): string[] {
  return [
    `${(durationMs / 1_000).toFixed(1)} s, ${ticks} ticks${cancelled ? ", ended early" : ""}${poolMs === undefined ? "" : `, thread pool ${milliseconds(poolMs)}`}`,
    "",
    "| Part | Leads to | Share | Self time |",
    "|---|---|---:|---:|",
    ...parts.map(
      ({ id, dependency = "", share, selfMs }) =>
        `| ${cell(id)} | ${dependency} | ${percent(share)} | ${milliseconds(selfMs)} |`,
    ),
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
    .slice(0, mostFunctions)
    .map(({ name, at, id, selfMs }) => {
      const where = at === undefined ? name : `${name} ${placeOf(at)}`;
      return `| ${cell(where)} | ${cell(id)} | ${milliseconds(selfMs)} |`;
    });
}

function placeOf({ file, line, column }: SourcePosition): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}
