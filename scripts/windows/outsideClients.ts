import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distFolder } from "../../test/support/paths.ts";
import { freePort } from "../../test/support/process/freePort.ts";
import { startStrictClient } from "../../test/support/process/strictClient.ts";
import type { WindowsCounts } from "./countWindowsReport.ts";
import type { Wine } from "./wine.ts";

const commandDeadlineMs = 120_000;
const connections = 20;

/** The folder has a space and Chinese in it. */
const folderName = "my shop 商店";
const server = `
const { readFileSync } = require("node:fs");
require("node:http")
  .createServer((request, response) => response.end(readFileSync("version.txt", "utf8").trim()))
  .listen(process.env.PORT);
`;

/** An app on Windows is renewed in each way while clients on this system ask; a request that is lost is a failure. */
export async function askFromOutside(wine: Wine, node: string): Promise<WindowsCounts> {
  const counts: WindowsCounts = { passed: 0, failures: [], notHere: [], secondTries: [] };
  const base = mkdtempSync(join(tmpdir(), "hitless-outside-"));
  const folder = join(base, folderName);
  const runtime = join(base, "run");
  mkdirSync(folder);
  mkdirSync(runtime);
  const port = await freePort();
  writeFileSync(join(folder, "server.js"), server);
  writeFileSync(join(folder, "version.txt"), "1");
  const env = {
    ...wine.environment(node),
    HITLESS_RUNTIME_DIR: wine.path(runtime),
    PORT: String(port),
    HITLESS_WINE: undefined,
  };
  const hitless = async (...words: string[]): Promise<number | null> => {
    const said = openSync(join(base, "said.txt"), "a");
    const args = [node, wine.path(join(distFolder, "cli.cjs")), ...words];
    const child = spawn(wine.program, args, {
      cwd: folder,
      env,
      stdio: ["ignore", said, said],
      timeout: commandDeadlineMs,
    });
    const [code] = await once(child, "exit");
    return code;
  };
  const said = (): string => readFileSync(join(base, "said.txt"), "utf8");
  try {
    if ((await hitless("start", "server.js", "--name", "shop", "--detach")) !== 0) {
      throw new Error(`hitless start failed: ${said()}`);
    }
    for (const command of ["reload", "graceful-reload"]) {
      const client = await startStrictClient({ target: { port }, connections, read: ({ body }) => body });
      const code = await hitless(command, "shop");
      await client.untilAnswers("1", connections);
      const { failed, requests, failures } = await client.stop();
      if (code === 0 && failed === 0 && requests > 0) {
        counts.passed += 1;
      } else {
        counts.failures.push(
          `clients outside, ${command}: code ${code}, ${failed} lost: ${failures.join("; ")}; ${said()}`,
        );
      }
    }
  } catch (error) {
    counts.failures.push(`clients outside: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await hitless("stop", "shop").catch(() => undefined);
    rmSync(base, { recursive: true, force: true, maxRetries: 20 });
  }
  return counts;
}
