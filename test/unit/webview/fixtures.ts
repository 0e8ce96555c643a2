import type { LayerFacts, LayerPulse } from "../../../src/shared/layers/facts.ts";
import type { FiguresPoint, HostMessageOf, PanelWorker } from "../../../src/shared/layers/panelMessages.ts";
import type { CpuSample } from "../../../src/shared/layers/sample.ts";

const root = "/home/ann/work/shop";

export const worker = { id: 3, slot: 1, pid: 4211, generation: 2 } as const;

export const workers: PanelWorker[] = [
  { ...worker, state: "ready", unresponsive: false },
  { id: 4, slot: 2, pid: 4212, generation: 2, state: "ready", unresponsive: false },
  { id: 1, slot: 1, pid: 4100, generation: 1, state: "gone", unresponsive: false },
];

export const appMessage: HostMessageOf<"app"> = {
  type: "app",
  apps: [{ key: `${root}#shop`, name: "shop" }],
  app: `${root}#shop`,
  status: "running",
  root,
  workers,
  worker: worker.id,
};

export const beginMessage: HostMessageOf<"begin"> = {
  type: "begin",
  texts: {},
  language: "en",
  system: "linux",
  home: "/home/ann",
};

/** Five minutes of two workers; the second has begun two minutes ago. */
export const figuresMessage: HostMessageOf<"figures"> = {
  type: "figures",
  app: `${root}#shop`,
  at: Date.UTC(2026, 5, 1, 12),
  whole: true,
  workers: [
    { id: 3, points: samplePoints(150) },
    { id: 4, points: samplePoints(60) },
  ],
};

/** One every two seconds, the last one at noon. */
function samplePoints(count: number): FiguresPoint[] {
  return Array.from({ length: count }, (_, index) => {
    const wave = Math.abs(Math.sin(index / 12));
    return {
      at: Date.UTC(2026, 5, 1, 12) - (count - 1 - index) * 2_000,
      cpu: 0.05 + 0.4 * wave,
      memory: 90_000_000 + (index % 20) * 400_000,
      delayP99: 11 + 8 * wave,
      requestsPerSecond: Math.round(40 * wave),
    };
  });
}

/** Facts of a small shop on Node.js 24. */
export function sampleFacts(changes: Partial<LayerFacts> = {}): LayerFacts {
  const express = `${root}/node_modules/express`;
  return {
    worker,
    takenAt: Date.UTC(2026, 5, 1, 12),
    code: {
      entry: `${root}/server.js`,
      commit: "9cfe638f0a51cc7d1b7c1c2b3f9a5a1fd3c1b2aa",
      modules: [
        { file: `${root}/server.js`, kind: "esm", bytes: 1_830 },
        { file: `${root}/src/prices/rounding.js`, kind: "esm", bytes: 12_400 },
        { file: `${root}/goods.json`, kind: "json", bytes: 48_213 },
        { file: `${express}/lib/express.js`, kind: "cjs", package: "express", bytes: 2_871 },
        { file: `${express}/lib/application.js`, kind: "cjs", package: "express", bytes: 15_320 },
      ],
      packages: [
        { name: "express", version: "5.3.0", folder: express, modules: 6, bytes: 61_204 },
        {
          name: "@types/body-parser",
          version: "2.2.0",
          folder: `${root}/node_modules/body-parser`,
          modules: 9,
          bytes: 33_120,
        },
        { name: "debug", version: "4.4.3", folder: `${root}/node_modules/debug`, modules: 3, bytes: 19_800 },
      ],
      own: { modules: 3, bytes: 62_443 },
      esm: 2,
      cjs: 18,
      unlisted: 0,
      sourceMaps: false,
      environmentNames: ["HOME", "LANG", "NODE_ENV", "PATH", "PORT"],
    },
    api: {
      version: "v24.21.0",
      status: "Active LTS",
      codename: "Krypton",
      endOfLife: "2028-04-30",
      flags: ["--enable-source-maps"],
      builtins: ["buffer", "crypto", "events", "fs", "fs/promises", "http", "net", "path", "stream", "url", "zlib"],
      warnings: [
        {
          name: "DeprecationWarning",
          code: "DEP0005",
          message: "Buffer() is deprecated due to security and usability issues.",
          at: { file: `${root}/src/prices/rounding.js`, line: 12, column: 3 },
          count: 4,
        },
      ],
    },
    bindings: {
      internal: [
        "async_wrap",
        "buffer",
        "cares_wrap",
        "crypto",
        "fs",
        "http_parser",
        "tcp_wrap",
        "timers",
        "uv",
        "zlib",
      ],
      addons: [
        {
          file: `${root}/node_modules/bcrypt/build/Release/bcrypt_lib.node`,
          package: "bcrypt",
          version: "6.0.0",
          interface: "napi",
          level: 8,
          rebuild: false,
        },
      ],
      abi: "137",
      napi: "10",
    },
    dependencies: {
      versions: [
        { name: "v8", dependency: "v8", version: "13.6.233.10-node.28" },
        { name: "uv", dependency: "uv", version: "1.51.0" },
        { name: "openssl", dependency: "openssl", version: "3.5.2" },
        { name: "llhttp", dependency: "llhttp", version: "9.3.0" },
        { name: "ares", dependency: "ares", version: "1.34.5" },
        { name: "zlib", dependency: "zlib", version: "1.3.1-470d3a2" },
        { name: "brotli", dependency: "brotli", version: "1.1.0" },
        { name: "zstd", dependency: "zstd", version: "1.5.7" },
        { name: "undici", dependency: "undici", version: "7.16.0" },
        { name: "nghttp2", dependency: "nghttp2", version: "1.64.0" },
      ],
      fips: false,
      resolvers: ["127.0.0.53"],
      threadPoolSize: 4,
      ciphers: 60,
    },
    os: {
      platform: "linux",
      release: "6.1.0-40-amd64",
      arch: "x64",
      cpuModel: "AMD EPYC 7B13",
      cpus: 8,
      availableCpus: 2,
      memoryTotal: 16_787_869_696,
      memoryLimit: 2_147_483_648,
      cpuLimit: 2,
      fileLimit: 1_048_576,
    },
    ...changes,
  };
}

export function samplePulse(changes: Partial<LayerPulse> = {}): LayerPulse {
  return {
    worker,
    takenAt: Date.UTC(2026, 5, 1, 12),
    code: { modules: 20, packages: 3 },
    api: { builtins: 11, requestsPerSecond: 1_284, warnings: 4 },
    bindings: { internal: 10, addons: 1 },
    v8: {
      heapUsed: 22_814_720,
      heapTotal: 36_700_160,
      heapLimit: 4_345_298_944,
      external: 3_145_728,
      spaces: [
        { name: "old_space", used: 15_112_192, size: 18_874_368 },
        { name: "new_space", used: 4_194_304, size: 16_777_216 },
        { name: "code_space", used: 1_048_576, size: 1_572_864 },
        { name: "large_object_space", used: 262_144, size: 294_912 },
      ],
      gc: [
        { kind: "minor", count: 3, ms: 4.2 },
        { kind: "major", count: 0, ms: 0 },
      ],
    },
    uv: {
      utilisation: 0.374,
      iterations: 1_202,
      delayP50: 10.3,
      delayP99: 14.7,
      active: [
        { type: "TCPSocketWrap", count: 52 },
        { type: "TCPServerWrap", count: 1 },
        { type: "Timeout", count: 4 },
        { type: "FSReqCallback", count: 2 },
      ],
    },
    openssl: { tlsSockets: 0 },
    os: {
      rss: 94_371_840,
      cpuUser: 0.352,
      cpuSystem: 0.041,
      files: 74,
      voluntarySwitches: 812,
      involuntarySwitches: 31,
      fsReads: 0,
      fsWrites: 8,
      minorFaults: 240,
      majorFaults: 0,
    },
    ...changes,
  };
}

/** Five seconds under load. The shares add up to 1. */
export function sampleSample(changes: Partial<CpuSample> = {}): CpuSample {
  const part = (id: string, kind: CpuSample["parts"][number]["kind"], selfMs: number) => ({
    id,
    kind,
    selfMs,
    share: selfMs / 5_000,
    functions: [],
  });
  return {
    worker,
    startedAt: Date.UTC(2026, 5, 1, 12),
    durationMs: 5_000,
    ticks: 4_871,
    cancelled: false,
    poolMs: 212.4,
    own: [],
    tree: [],
    parts: [
      { ...part("idle", "idle", 2_100) },
      {
        ...part("code", "code", 1_250),
        layer: "code",
        functions: [
          { name: "roundPrices", at: { file: `${root}/src/prices/rounding.js`, line: 12, column: 17 }, selfMs: 1_012 },
          { name: "(anonymous)", at: { file: `${root}/server.js`, line: 19, column: 29 }, selfMs: 238 },
        ],
      },
      {
        ...part("binding:zlib", "binding", 600),
        layer: "bindings",
        name: "zlib",
        dependency: "zlib",
        functions: [{ name: "processChunkSync", at: { file: "node:zlib", line: 412 }, selfMs: 600 }],
      },
      {
        ...part("package:express", "package", 350),
        layer: "code",
        name: "express",
        functions: [
          { name: "handle", at: { file: `${root}/node_modules/express/lib/application.js`, line: 152 }, selfMs: 350 },
        ],
      },
      {
        ...part("node", "node", 320),
        layer: "api",
        functions: [{ name: "parserOnHeadersComplete", at: { file: "node:_http_common", line: 71 }, selfMs: 320 }],
      },
      { ...part("v8", "v8", 180), layer: "dependencies" },
      { ...part("gc", "gc", 120), layer: "dependencies" },
      { ...part("native", "native", 80), layer: "os" },
    ],
    ...changes,
  };
}
