import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RenewalReport } from "../../src/shared/report.ts";
import { openCliWorld } from "../../test/process/cli/hitless.ts";
import { freePort } from "../../test/support/process/freePort.ts";
import { startStrictClient } from "../../test/support/process/strictClient.ts";
import type { TracedApp } from "./apps.ts";
import { openCollector } from "./collector.ts";

const connections = 10;
/** Milliseconds between requests of a connection: the SDK itself drops what its queue of 2,048 spans has no room for. */
const thinkMs = 10;
const rounds = 3;
const answersBetween = 300;

export interface TracedResult {
  readonly name: string;
  readonly command: string;
  readonly requests?: number;
  readonly failed?: number;
  readonly handedOver?: number;
  readonly spans?: number;
  readonly instances?: readonly string[];
  /** What went wrong. */
  readonly trouble?: string;
}

/** Renews an app with the SDK under a strict client, stops it, and counts what has come to the collector. */
export async function tryTraced(app: TracedApp, folder: string): Promise<TracedResult> {
  const { name, command, files, words, losesLastBatch = false } = app;
  const place = join(folder, "app");
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(place, file), text);
  }
  const world = openCliWorld();
  const collector = await openCollector();
  const port = await freePort();
  const env = { PORT: String(port), OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, NODE_ENV: "production" };
  const hitless = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await world.run(args, { cwd: place, env });
    if (code !== 0) {
      throw new Error(`hitless ${args.join(" ")}: ${stderr.slice(-1_500)}`);
    }
    return stdout;
  };
  let known: TracedResult = { name, command };
  try {
    await hitless("start", ...words, "--name=traced", "--detach");
    const client = await startStrictClient({ target: { port }, connections, thinkMs, read: ({ body }) => body });
    await client.untilAnswers("traced", answersBetween);
    let handedOver = 0;
    for (let round = 0; round < rounds; round += 1) {
      const report: RenewalReport = JSON.parse(await hitless(command, "traced", "--json"));
      handedOver += report.traffic?.handedOver ?? 0;
      await client.untilAnswers("traced", answersBetween);
    }
    const { requests, failed, answers, failures } = await client.stop();
    await hitless("stop", "traced");
    const spans = collector.spans();
    const total = Object.values(spans).reduce((sum, count) => sum + count, 0);
    known = { ...known, requests, failed, handedOver, spans: total, instances: Object.keys(spans).sort() };
    const answered = answers.traced ?? 0;
    if (failed > 0 && command !== "restart") {
      return { ...known, trouble: `${failed} failed: ${[...new Set(failures)].join("; ")}` };
    }
    return total < answered !== losesLastBatch || total > requests
      ? { ...known, trouble: `${total} spans of ${answered} answers` }
      : known;
  } catch (error) {
    return { ...known, trouble: error instanceof Error ? error.message : String(error) };
  } finally {
    collector.close();
    await world.end();
  }
}
