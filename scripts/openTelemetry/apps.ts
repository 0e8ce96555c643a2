/** How an app starts the SDK, and what it does when it is told to end. */
export interface TracedApp {
  readonly name: string;
  /** Files beside package.json. */
  readonly files: Readonly<Record<string, string>>;
  /** Words after `hitless start`. */
  readonly words: readonly string[];
  /** How it is renewed. */
  readonly command: "reload" | "graceful-reload" | "restart";
  /** Whether spans of its last batch are lost, as they are without Hitless. */
  readonly losesLastBatch?: boolean;
}

const setUp = `const { HITLESS_WORKER: slot, HITLESS_GENERATION: generation } = process.env;
const sdk = new NodeSDK({
  traceExporter: new OTLPTraceExporter(),
  instrumentations: [new HttpInstrumentation()],
  resource: resourceFromAttributes({
    "service.name": "traced",
    "service.instance.id": slot === undefined ? String(process.pid) : \`\${slot}.\${generation}\`,
  }),
});
sdk.start();
`;

const required = `"use strict";
const { NodeSDK } = require("@opentelemetry/sdk-node");
const { OTLPTraceExporter } = require("@opentelemetry/exporter-trace-otlp-http");
const { HttpInstrumentation } = require("@opentelemetry/instrumentation-http");
const { resourceFromAttributes } = require("@opentelemetry/resources");
${setUp}`;

const imported = `import { register } from "node:module";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
register("@opentelemetry/instrumentation/hook.mjs", import.meta.url);
${setUp}`;

const flush = `process.once("SIGTERM", () => sdk.shutdown().finally(() => process.exit(0)));
`;

const server = `const { createServer } = require("node:http");
createServer((request, response) => response.end("traced")).listen(process.env.PORT);
`;

/** Closes its server and flushes when it hears `shutdown`, which a graceful reload says; a stop sends the signal only. */
const polite = `const { createServer } = require("node:http");
const server = createServer((request, response) => response.end("traced")).listen(process.env.PORT);
process.on("message", (message) => {
  if (message === "shutdown") {
    server.close(() => sdk.shutdown().finally(() => process.exit(0)));
  }
});
`;

export const tracedApps: readonly TracedApp[] = [
  {
    name: "required",
    files: { "tracing.cjs": required + flush, "server.cjs": server },
    words: ["server.cjs", "--node-arg=--require=./tracing.cjs"],
    command: "reload",
  },
  {
    name: "imported",
    files: {
      "tracing.mjs": imported + flush,
      "server.mjs": `import { createServer } from "node:http";\n${server.split("\n").slice(1).join("\n")}`,
    },
    words: ["server.mjs", "--node-arg=--import=./tracing.mjs"],
    command: "reload",
  },
  {
    name: "in the app's code, shutdown by message",
    files: { "server.cjs": required + flush + polite },
    words: ["server.cjs"],
    command: "graceful-reload",
  },
  {
    name: "required, restarted",
    files: { "tracing.cjs": required + flush, "server.cjs": server },
    words: ["server.cjs", "--node-arg=--require=./tracing.cjs"],
    command: "restart",
  },
  {
    name: "required, without a flush",
    files: { "tracing.cjs": required, "server.cjs": server },
    words: ["server.cjs", "--node-arg=--require=./tracing.cjs"],
    command: "reload",
    losesLastBatch: true,
  },
];

export const packages = [
  "@opentelemetry/sdk-node",
  "@opentelemetry/exporter-trace-otlp-http",
  "@opentelemetry/instrumentation-http",
  "@opentelemetry/resources",
];
