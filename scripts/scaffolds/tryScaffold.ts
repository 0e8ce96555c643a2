import type { statusOutput } from "../../src/shared/cliOutput.ts";
import type { RenewalReport } from "../../src/shared/report.ts";
import { type CliResult, openCliWorld } from "../../test/process/cli/hitless.ts";
import { freePort } from "../../test/support/process/freePort.ts";
import { startStrictClient } from "../../test/support/process/strictClient.ts";

const connections = 20;
const reloads = 3;
/** Answers that are awaited before, between and after the reloads. */
const answersBetween = 200;

export interface ScaffoldResult {
  readonly name: string;
  /** What was started, and how that was found. */
  readonly runs?: string;
  readonly foundBy?: string;
  readonly requests?: number;
  readonly failed?: number;
  readonly reopened?: number;
  /** What went wrong. */
  readonly trouble?: string;
}

/** Starts the app of a folder with no setting, and reloads it while a strict client asks for its first page. */
export async function tryScaffold(name: string, folder: string): Promise<ScaffoldResult> {
  const world = openCliWorld();
  const PORT = String(await freePort());
  const hitless = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr }: CliResult = await world.run(words, { cwd: folder, env: { PORT } });
    if (code !== 0) {
      throw new Error(`hitless ${words.join(" ")}: ${stderr.slice(-1_500)}`);
    }
    return stdout;
  };
  let known: ScaffoldResult = { name };
  try {
    const { entry, foundBy } = JSON.parse(await hitless("start", "--explain", "--json"));
    known = { ...known, runs: entry.slice(folder.length + 1), foundBy };
    const status: ReturnType<typeof statusOutput> = JSON.parse(await hitless("start", "--detach", "--json"));
    const { hostname, port } = new URL(status.addresses[0] ?? "");
    let first: number | undefined;
    const client = await startStrictClient({
      target: { port: Number(port), host: hostname.replace(/^\[(.*)\]$/, "$1") },
      connections,
      read: ({ status }) => {
        first ??= status;
        if (status !== first || status >= 500) {
          throw new Error(`status ${status} after ${first}`);
        }
        return "answer";
      },
    });
    await client.untilAnswers("answer", answersBetween);
    const told: string[] = [];
    for (let round = 0; round < reloads; round += 1) {
      const report: RenewalReport = JSON.parse(await hitless("reload", status.name, "--json"));
      if (report.outcome !== "completed") {
        throw new Error(`reload: ${report.outcome}: ${report.reason}`);
      }
      told.push(
        JSON.stringify({
          startedAt: report.startedAt,
          readyMs: report.readyMs,
          ms: report.durationMs,
          ...report.traffic,
        }),
      );
      await client.untilAnswers("answer", answersBetween);
    }
    const { requests, failed, reopened, losses } = await client.stop();
    known = { ...known, requests, failed, reopened };
    await hitless("stop", status.name);
    return failed === 0
      ? known
      : { ...known, trouble: [...losses.map((loss) => JSON.stringify(loss)), ...told].join("; ") };
  } catch (error) {
    return { ...known, trouble: error instanceof Error ? error.message : String(error) };
  } finally {
    await world.end();
  }
}
