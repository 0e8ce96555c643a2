/** How an app is asked whose connections or answers pass through a library. */
export type Protocol = "HTTP" | "HTTPS" | "HTTP/2" | "PROXY v1" | "PROXY v2" | "event streams";

export interface Library {
  readonly name: string;
  readonly version: string;
  /** What it does: it ends a server, or stands between the server and its clients. */
  readonly does: "ends" | "between";
  readonly protocol: Protocol;
  /** Major version of the last Node.js it runs on; default: that of the project. */
  readonly node?: string;
}

/** Libraries that end a server, as npm names them. */
const shutdownLibraries: Readonly<Record<string, string>> = {
  "@godaddy/terminus": "4.12.1",
  "@hapi/hapi": "21.4.10",
  "@moebius/http-graceful-shutdown": "1.1.0",
  "@nestjs/core": "12.5.1",
  "async-exit-hook": "2.0.1",
  "close-with-grace": "2.5.0",
  death: "1.1.0",
  "exit-hook": "5.1.0",
  "express-graceful-exit": "0.5.2",
  "express-graceful-shutdown": "1.1.3",
  fastify: "5.12.8",
  "fastify-graceful-shutdown": "5.0.0",
  "graceful-http": "1.0.1",
  "hapi-graceful-shutdown": "1.0.0",
  "hapi-pulse": "3.0.1",
  "http-close": "1.0.0",
  "http-graceful-shutdown": "4.0.0",
  "http-shutdown": "1.2.2",
  "http-terminator": "3.2.0",
  killable: "1.0.1",
  "koa-graceful-shutdown": "1.2.1",
  lightship: "9.0.4",
  "node-graceful": "3.1.0",
  "node-graceful-shutdown": "1.1.5",
  "server-destroy": "1.0.1",
  "signal-exit": "4.1.0",
  stoppable: "1.1.0",
  "when-exit": "2.1.5",
};

const between = { does: "between" } as const;

export const libraries: readonly Library[] = [
  ...Object.entries(shutdownLibraries).map(([name, version]) => ({
    name,
    version,
    does: "ends" as const,
    protocol: "HTTP" as const,
  })),
  { ...between, name: "findhit-proxywrap", version: "0.3.13", protocol: "PROXY v1" },
  {
    ...between,
    name: "proxy-protocol-v2",
    version: "1.0.0-dev-81558e614b7b74d65747e240365e573becdd8c73",
    protocol: "PROXY v2",
  },
  { ...between, name: "http-event-stream", version: "0.2.0", protocol: "event streams" },
  { ...between, name: "spdy", version: "4.0.2", protocol: "HTTPS", node: "20" },
  { ...between, name: "spdy", version: "4.0.2", protocol: "HTTP/2", node: "20" },
];

/** What some of them are used with. */
export const frameworks: Readonly<Record<string, string>> = {
  "@nestjs/common": "12.5.1",
  "@nestjs/platform-express": "12.5.1",
  express: "5.3.0",
  koa: "3.3.0",
  "reflect-metadata": "0.2.2",
  rxjs: "7.8.2",
};
