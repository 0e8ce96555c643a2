import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../test/support/process/freePort.ts";
import { askFixture, startStrictClient } from "../../test/support/process/strictClient.ts";
import { within } from "../../test/support/process/until.ts";
import { type Bench, pause, readBuild, type Scenario } from "../bench.ts";
import { median, milliseconds, quantile } from "../figures.ts";
import { type Watcher, watchers } from "../peers/watchers.ts";

/** Between an answer of new code and the next save, and after a save that does not start, in milliseconds. */
const thinkMs = 1_000;

/** For one save to be answered, in milliseconds. */
const deadlineMs = 20_000;

/** Between two looks whether the new code answers, in milliseconds. */
const lookMs = 2;

/** From a save to the first answer of what was saved, and what it costs those who ask meanwhile. */
export const save: Scenario = {
  name: "save",
  async run(bench) {
    const rows: string[][] = [];
    for (const watcher of watchers) {
      bench.say(`save: ${watcher.name}`);
      await watcher.prepare();
      rows.push(await measure(bench, watcher));
    }
    const { saves, broken } = countsOf(bench);
    return {
      title: "From a save to the answer of what was saved",
      about:
        `${saves} saves of a module of the app, ${broken.length} of them with a syntax error, one second apart. Ten strict connections ask all ` +
        "the time (5 ms between an answer and the next request); nothing is retried. Each program with its defaults; all but Hitless run one process. Hitless starts the new worker beside the old one " +
        "and proves it (at least 20 ms, see watch.md) before a client meets it; nodemon ends the app first, and starts nothing but the app.",
      columns: ["", "save → first new answer, median", "slowest", "requests", "failed", "reopened"],
      rows,
    };
  },
};

function countsOf({ quick }: Bench): { readonly saves: number; readonly broken: readonly number[] } {
  return quick ? { saves: 5, broken: [3] } : { saves: 20, broken: [5, 10, 15] };
}

async function measure(bench: Bench, watcher: Watcher): Promise<string[]> {
  const folder = copyApp();
  const port = await freePort();
  const end = await watcher.start({ folder, port, node: process.execPath });
  try {
    writeFileSync(join(folder, "version.cjs"), 'module.exports = "0";\n');
    await untilAnswers(port, "0");
    await pause(thinkMs);
    const client = await startStrictClient({ target: { port }, connections: 10, thinkMs: 5, read: readBuild });
    const times: number[] = [];
    const { saves, broken } = countsOf(bench);
    for (let number = 1; number <= saves; number += 1) {
      const fails = broken.includes(number);
      const startedAt = performance.now();
      writeFileSync(join(folder, "version.cjs"), fails ? "module.exports = ;\n" : `module.exports = "${number}";\n`);
      if (!fails) {
        await untilAnswers(port, String(number));
        times.push(performance.now() - startedAt);
      }
      await pause(thinkMs);
    }
    const { requests, failed, reopened, failures } = await client.stop();
    for (const failure of failures.slice(0, 3)) {
      bench.say(`  ${failure}`);
    }
    const counts = [requests, failed, reopened].map(String);
    return [watcher.name, milliseconds(median(times)), milliseconds(quantile(times, 1)), ...counts];
  } finally {
    await end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The app of the other scenarios, with its build in a module: some watch only what is loaded. */
function copyApp(): string {
  const folder = mkdtempSync(join(tmpdir(), "hitless-bench-"));
  cpSync(fileURLToPath(new URL("../app", import.meta.url)), folder, { recursive: true });
  const file = join(folder, "server.cjs");
  const text = readFileSync(file, "utf8").replace(/^const version = .*$/m, 'const version = require("./version.cjs");');
  writeFileSync(file, text);
  writeFileSync(join(folder, "version.cjs"), 'module.exports = "0";\n');
  return folder;
}

function untilAnswers(port: number, version: string): Promise<void> {
  const look = async (): Promise<void> => {
    for (;;) {
      const answer = await askFixture({ port }).catch(() => undefined);
      if (answer?.version === version) {
        return;
      }
      await pause(lookMs);
    }
  };
  return within(`The answer of build ${version}`, look(), deadlineMs);
}
