import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import * as v from "valibot";

/** Stands in for a collector of OpenTelemetry: OTLP over HTTP, as JSON, traces only. */
export interface Collector {
  readonly url: string;
  /** The spans of requests to the app, each once, by the `service.instance.id` of who sent them. */
  spans(): Readonly<Record<string, number>>;
  close(): void;
}

const attributesSchema = v.array(
  v.object({ key: v.string(), value: v.object({ stringValue: v.optional(v.string()) }) }),
);
const tracesSchema = v.object({
  resourceSpans: v.array(
    v.object({
      resource: v.object({ attributes: attributesSchema }),
      scopeSpans: v.array(
        v.object({ spans: v.array(v.object({ traceId: v.string(), spanId: v.string(), kind: v.number() })) }),
      ),
    }),
  ),
});

/** `SPAN_KIND_SERVER` of the protocol. */
const serverKind = 2;

export async function openCollector(): Promise<Collector> {
  const instanceOf = new Map<string, string>();
  const server = createServer((request, response) => {
    if (request.url !== "/v1/traces") {
      // Metrics and logs, which the SDK sends by itself.
      request.resume();
      response.end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const sent = Buffer.concat(chunks);
      const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
      const { resourceSpans } = v.parse(tracesSchema, JSON.parse(text.toString()));
      for (const { resource, scopeSpans } of resourceSpans) {
        const instance = resource.attributes.find(({ key }) => key === "service.instance.id")?.value.stringValue ?? "";
        for (const { traceId, spanId, kind } of scopeSpans.flatMap(({ spans }) => spans)) {
          if (kind === serverKind) {
            instanceOf.set(`${traceId}:${spanId}`, instance);
          }
        }
      }
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans() {
      const counts: Record<string, number> = {};
      for (const instance of instanceOf.values()) {
        counts[instance] = (counts[instance] ?? 0) + 1;
      }
      return counts;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
