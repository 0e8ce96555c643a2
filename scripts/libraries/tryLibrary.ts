import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RenewalReport } from "../../src/shared/report.ts";
import { node, openCliWorld } from "../../test/process/cli/hitless.ts";
import { freePort } from "../../test/support/process/freePort.ts";
import { nodeProgramOf, testedNodes } from "../../test/support/process/nodeMatrix.ts";
import { type Counts, type LibraryClient, startClients } from "./libraryClients.ts";
import type { Library } from "./libraryTable.ts";

export const renewals = 5;
const kinds = ["reload", "graceful-reload"] as const;
/** Answers of each kind of client that are awaited before, between and after the renewals. */
const answersBetween = 100;

/** What the clients have counted over the renewals of one kind. */
export interface Counted extends Counts {
  /** The longest of the renewals, in milliseconds. */
  readonly longestMs: number;
}

export interface LibraryResult {
  readonly library: Library;
  readonly counted: Partial<Record<(typeof kinds)[number], Counted>>;
  /** What went wrong. */
  readonly trouble: readonly string[];
}

/**
 * Renews an app with a library while clients ask, and compares the reports with what those have counted. `folder` has the
 * packages.
 */
export async function tryLibrary(library: Library, folder: string): Promise<LibraryResult> {
  const world = openCliWorld();
  const port = await freePort();
  const trouble: string[] = [];
  const counted: Partial<Record<(typeof kinds)[number], Counted>> = {};
  const app = library.does === "ends" ? "shutdownApp.cjs" : "wrapperApp.cjs";
  for (const file of [app, "../../test/fixtures/wrapped/key.pem", "../../test/fixtures/wrapped/cert.pem"]) {
    // Beside the packages, so that it finds them.
    copyFileSync(fileURLToPath(new URL(file, import.meta.url)), join(folder, file.slice(file.lastIndexOf("/") + 1)));
  }
  const matrixNode = testedNodes().find(({ major }) => major === library.node);
  const program = matrixNode === undefined ? node : await nodeProgramOf(matrixNode);
  const env = { PORT: String(port), LIBRARY: library.name, NODE_ENV: "production" };
  const hitless = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await world.run(words, { cwd: folder, env });
    if (stdout === "" && code !== 0) {
      throw new Error(`hitless ${words.join(" ")}: ${stderr.slice(-1_500)}`);
    }
    return stdout;
  };
  let clients: readonly LibraryClient[] = [];
  const total = (): Counts =>
    clients.reduce((sum, client) => add(sum, client.counts(), 1), { requests: 0, failed: 0, reopened: 0 });
  const answered = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.answered(answersBetween)));
  };
  try {
    await hitless("start", app, "--name=app", "--workers=2", `--node=${program}`, "--detach");
    clients = await startClients(library.protocol, port);
    await answered();
    for (const kind of kinds) {
      const before = total();
      let longestMs = 0;
      for (let round = 0; round < renewals; round += 1) {
        const beforeRound = total();
        const report: RenewalReport = JSON.parse(await hitless(kind, "app", "--json"));
        await answered();
        longestMs = Math.max(longestMs, report.durationMs);
        const wrong = differences(library, report, add(total(), beforeRound, -1));
        trouble.push(...wrong.map((what) => `${kind} ${round + 1}: ${what}`));
      }
      counted[kind] = { ...add(total(), before, -1), longestMs };
    }
    await Promise.all(clients.map((client) => client.stop()));
    trouble.push(...new Set(clients.flatMap((client) => client.failures())));
    await hitless("stop", "app");
  } catch (error) {
    trouble.push(error instanceof Error ? error.message : String(error));
  } finally {
    await Promise.all(clients.map((client) => client.stop())).catch(() => undefined);
    await world.end();
  }
  return { library, counted, trouble };
}

function add(one: Counts, other: Counts, times: 1 | -1): Counts {
  return {
    requests: one.requests + times * other.requests,
    failed: one.failed + times * other.failed,
    reopened: one.reopened + times * other.reopened,
  };
}

/** What is not as it should be, in a report and in what clients have seen meanwhile. */
function differences({ does }: Library, report: RenewalReport, seen: Counts): string[] {
  const { outcome, killed, traffic, reason = "" } = report;
  const { failed, closed = 0, cut = 0, crashed = 0, silent = 0, inTransit = 0 } = traffic ?? {};
  const told = { outcome, failed, cut, killed, crashed, silent, inTransit };
  const right = { outcome: "completed", failed: 0, cut: 0, killed: 0, crashed: 0, silent: 0, inTransit: 0 };
  return [
    ...(JSON.stringify(told) === JSON.stringify(right) ? [] : [`told ${JSON.stringify(told)} ${reason}`]),
    ...(seen.failed === failed && seen.reopened === closed
      ? []
      : [`clients saw ${JSON.stringify(seen)}; ${failed} failed and ${closed} closed were told`]),
    ...(does === "ends" && closed > 0 ? [`${closed} connections were closed`] : []),
  ];
}
