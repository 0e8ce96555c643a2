import type { LayersOutput } from "../../shared/cliOutput.ts";
import type { LayerFacts, LayerPulse } from "../../shared/layers/facts.ts";
import type { Layer } from "../../shared/layers/layer.ts";
import type { Paint } from "../terminal/paint.ts";
import { byteCount, count, duration, printable } from "../terminal/units.ts";
import { type LabelledParts, wrapParts } from "../terminal/wrap.ts";
import { percent, sampleLines } from "./sampleText.ts";

/** Packages, modules and the like that are named before the rest is only counted. */
const mostNamed = 8;

/** Columns before what a label says. */
const indent = 15;

const layerNames: Readonly<Record<Layer, string>> = {
  code: "YOUR CODE",
  api: "NODE.JS API",
  bindings: "BINDINGS AND ADDONS",
  dependencies: "DEPENDENCIES",
  os: "OPERATING SYSTEM",
};

/** What is in the layers, top to bottom as in the picture, and where the CPU time went. */
export function layersText({ name, facts, pulse, sample }: LayersOutput, paint: Paint, columns: number): string {
  const { id, slot, pid, generation } = facts.worker;
  const bands: readonly (readonly [Layer, readonly LabelledParts[]])[] = [
    ["code", codeBand(facts)],
    ["api", apiBand(facts, pulse)],
    ["bindings", bindingsBand(facts)],
    ["dependencies", dependenciesBand(facts, pulse)],
    ["os", osBand(facts, pulse)],
  ];
  return [
    printable(`${name} · worker ${id} · slot ${slot} · pid ${pid} · generation ${generation}`),
    ...bands.flatMap(([layer, rows]) => [
      "",
      paint("bold", layerNames[layer]),
      ...rows
        .filter(({ parts }) => parts.length > 0)
        .flatMap((row) => wrapParts({ ...row, parts: row.parts.map(printable) }, indent, columns)),
    ]),
    ...(sample === undefined ? [] : ["", ...sampleLines(sample, { paint, columns })]),
  ].join("\n");
}

function codeBand({ code }: LayerFacts): LabelledParts[] {
  const { entry, commit, modules, packages, own, esm, cjs, unlisted, sourceMaps, esmCostMs } = code;
  const inPackages = packages.reduce((sum, { modules: of }) => sum + of, 0);
  const bytes = packages.reduce((sum, { bytes: of }) => sum + of, 0);
  const json = modules.length - esm - cjs;
  const largest = [...packages].sort((a, b) => b.bytes - a.bytes);
  return [
    { label: "entry", parts: [entry, ...(commit === undefined ? [] : [`commit ${commit.slice(0, 10)}`])] },
    {
      label: "modules",
      parts: [
        `${own.modules} of your own, ${byteCount(own.bytes)}`,
        ...(packages.length > 0 ? [`${inPackages} in ${count(packages.length, "package")}, ${byteCount(bytes)}`] : []),
        `${cjs} CommonJS`,
        ...(esmCostMs === undefined ? [`${esm} ES`] : []),
        ...(json > 0 ? [`${json} JSON`] : []),
        ...(unlisted > 0 ? [`${unlisted} more`] : []),
        ...(esmCostMs === undefined
          ? []
          : [`ES modules not listed: listing them would block the worker for about ${duration(esmCostMs)}`]),
      ],
    },
    {
      label: "packages",
      parts: named(
        largest.map((found) => `${found.name}${found.version === undefined ? "" : ` ${found.version}`}`),
        mostNamed,
      ),
      separator: ", ",
    },
    { label: "source maps", parts: [sourceMaps ? "on" : "off"] },
  ];
}

function apiBand({ api }: LayerFacts, pulse: LayerPulse): LabelledParts[] {
  const { version, codename, status, endOfLife, flags, builtins, warnings } = api;
  const { requestsPerSecond } = pulse.api;
  return [
    {
      label: "version",
      parts: [
        codename === undefined ? version : `${version} "${codename}"`,
        ...(status === undefined ? [] : [status]),
        ...(endOfLife === undefined ? [] : [`end of life ${endOfLife}`]),
      ],
    },
    { label: "flags", parts: flags, separator: " " },
    { label: "modules", parts: named(builtins, 40), separator: ", " },
    ...(requestsPerSecond === undefined ? [] : [{ label: "requests", parts: [`${rate(requestsPerSecond)} a second`] }]),
    ...warnings.slice(0, mostNamed).map(({ name, code, message, at, count: times }) => ({
      label: "warning",
      parts: [
        `${name}${code === undefined ? "" : ` ${code}`}: ${message}`,
        ...(at === undefined ? [] : [`${at.file}:${at.line}`]),
        ...(times > 1 ? [`${times} times`] : []),
      ],
    })),
  ];
}

function bindingsBand({ bindings }: LayerFacts): LabelledParts[] {
  const { internal, addons, abi, napi } = bindings;
  return [
    { label: "interfaces", parts: [`Node-API ${napi}`, `ABI ${abi}`] },
    { label: "bindings", parts: named(internal, 40), separator: ", " },
    ...(addons.length === 0 ? [{ label: "addons", parts: ["none"] }] : []),
    ...addons.map(({ file, package: owner, version, interface: kind, level, rebuild }) => ({
      label: "addon",
      parts: [
        owner === undefined ? file : `${owner}${version === undefined ? "" : ` ${version}`}`,
        kind === "unknown"
          ? "unknown interface"
          : `${kind === "napi" ? "Node-API" : "ABI"}${level === undefined ? "" : ` ${level}`}`,
        ...(rebuild === true ? ["to be rebuilt for another Node.js"] : []),
      ],
    })),
  ];
}

function dependenciesBand({ dependencies }: LayerFacts, { v8, uv, openssl }: LayerPulse): LabelledParts[] {
  const { versions, fips, resolvers, threadPoolSize, ciphers } = dependencies;
  const versionOf = (name: string): string => versions.find((known) => known.name === name)?.version ?? "";
  const told = new Set(["node", "v8", "uv", "openssl", "modules", "napi"]);
  return [
    {
      label: "V8",
      parts: [
        versionOf("v8"),
        `heap ${byteCount(v8.heapUsed)} of ${byteCount(v8.heapTotal)}, limit ${byteCount(v8.heapLimit)}`,
        `external ${byteCount(v8.external)}`,
        ...v8.gc.map(({ kind, count: times, ms }) => `${times} ${kind} GC in ${duration(ms)}`),
      ],
    },
    {
      label: "heap spaces",
      parts: v8.spaces
        .filter(({ size }) => size > 0)
        .map(({ name, used, size }) => `${name.replace(/_space$/, "")} ${byteCount(used)} of ${byteCount(size)}`),
    },
    {
      label: "libuv",
      parts: [
        versionOf("uv"),
        // The shares of the sample tell how busy it was meanwhile.
        ...(uv.utilisation === undefined ? [] : [`loop ${percent(uv.utilisation)} busy`]),
        ...(uv.iterations === undefined ? [] : [`${uv.iterations} turns`]),
        ...(uv.delayP50 === undefined ? [] : [`delay p50 ${uv.delayP50.toFixed(1)} ms`]),
        ...(uv.delayP99 === undefined ? [] : [`p99 ${uv.delayP99.toFixed(1)} ms`]),
        `${threadPoolSize} pool threads`,
        ...uv.active.slice(0, mostNamed).map(({ type, count: times }) => `${times} ${type}`),
      ],
    },
    {
      label: "OpenSSL",
      parts: [
        versionOf("openssl"),
        `FIPS ${fips ? "on" : "off"}`,
        `${ciphers} ciphers`,
        ...(openssl.tlsSockets === undefined ? [] : [count(openssl.tlsSockets, "TLS connection")]),
        ...(openssl.sessions === undefined ? [] : sessionWords(openssl.sessions)),
      ],
    },
    { label: "resolvers", parts: resolvers },
    {
      label: "others",
      parts: versions.filter(({ name }) => !told.has(name)).map(({ name, version }) => `${name} ${version}`),
      separator: ", ",
    },
  ];
}

/** `12 new sessions · 30 resumed · 42 TLSv1.3`. */
function sessionWords({ full, resumed, protocols }: NonNullable<LayerPulse["openssl"]["sessions"]>): string[] {
  return [
    count(full, "new session"),
    `${resumed} resumed`,
    ...protocols.map(({ name, count: times }) => `${times} ${name}`),
  ];
}

function osBand({ os }: LayerFacts, { os: now }: LayerPulse): LabelledParts[] {
  return [
    {
      label: "system",
      parts: [
        `${os.platform} ${os.release} ${os.arch}`,
        os.cpuModel,
        `${count(os.cpus, "CPU")}, ${os.availableCpus} usable`,
      ],
    },
    {
      label: "memory",
      parts: [
        `${byteCount(now.rss)} resident`,
        ...(os.memoryLimit === undefined ? [] : [`limit ${byteCount(os.memoryLimit)}`]),
        `${byteCount(os.memoryTotal)} in all`,
        `page faults: ${now.minorFaults} minor, ${now.majorFaults} major`,
      ],
    },
    {
      label: "CPU",
      parts: [
        `${percent(now.cpuUser)} user`,
        `${percent(now.cpuSystem)} system`,
        ...(os.cpuLimit === undefined ? [] : [`limit ${count(os.cpuLimit, "CPU")}`]),
        `context switches: ${now.voluntarySwitches} voluntary, ${now.involuntarySwitches} involuntary`,
      ],
    },
    {
      label: "files",
      parts: [
        ...(now.files === undefined ? [] : [`${now.files} open`]),
        ...(os.fileLimit === undefined ? [] : [`limit ${os.fileLimit}`]),
        `${now.fsReads} reads`,
        `${now.fsWrites} writes`,
      ],
    },
  ];
}

function named(names: readonly string[], most: number): string[] {
  const more = names.length - most;
  return more > 0 ? [...names.slice(0, most), `and ${more} more`] : [...names];
}

function rate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}
