import { testedNodes } from "../../test/support/process/nodeMatrix.ts";
import { type ProtocolClient, protocolClients, type Tally } from "../../test/support/process/protocolClients.ts";
import { openStage } from "../../test/support/process/stage.ts";
import { startApp } from "../../test/support/process/testApp.ts";
import { until, untilRunning } from "../../test/support/process/until.ts";
import { type Bench, pause, type Scenario } from "../bench.ts";

const connections = 50;
/** What Unix has and Windows has not is the listener on a Unix socket. */
const listeners = process.platform === "win32" ? 8 : 9;

/** Clients of each protocol through reloads, on each version of Node.js. */
export const protocols: Scenario = {
  name: "protocols",
  async run(bench) {
    const rows: string[][] = [];
    for (const node of testedNodes()) {
      bench.say(`protocols: Node.js ${node.version}`);
      const stage = openStage();
      try {
        const config = { workers: 2, streamGrace: 200 };
        const app = await startApp(stage, { fixture: "protocols", node, config });
        await untilRunning(app.client);
        await until(app.client, "all servers listen", ({ workers }) =>
          workers.every(({ addresses }) => addresses.length === listeners),
        );
        for (const client of protocolClients) {
          const reload = async (): Promise<void> => {
            const { outcome } = await app.client.request("app/renew", { kind: "reload" });
            if (outcome !== "completed") {
              throw new Error(`The reload ${outcome}.`);
            }
          };
          const { asked, failed, again, closed, failures } = await measure(bench, client, app.port, reload);
          rows.push([node.version, client.name, ...[asked, failed, again, closed].map(String)]);
          for (const failure of failures) {
            bench.say(`  ${client.name}: ${failure}`);
          }
        }
      } finally {
        await stage.close();
      }
    }
    return {
      title: "Clients of each protocol",
      about:
        `Hitless alone. ${connections} connections, 2 workers, ${reloadsOf(bench)} reloads, each client sends a request as soon as it has the previous answer. ` +
        "A request or message has failed when it got no complete, correct answer, unless the server had refused it in a way after which " +
        "the protocol lets a client send it again (HTTP/2: REFUSED_STREAM or beyond the last stream of a GOAWAY; WebSocket: " +
        "close frame 1012 before the answer): those are counted as asked again. Closed: connections that the server closed.",
      columns: ["Node.js", "client", "asked", "failed", "asked again", "closed"],
      rows,
    };
  },
};

function reloadsOf({ quick }: Bench): number {
  return quick ? 2 : 10;
}

async function measure(
  bench: Bench,
  client: ProtocolClient,
  port: number,
  reload: () => Promise<void>,
): Promise<Tally> {
  const tally: Tally = { asked: 0, failed: 0, again: 0, closed: 0, failures: [] };
  let over = false;
  const running = Array.from({ length: connections }, () => client.run(port, tally, () => over));
  await pause(300);
  for (let round = 0; round < reloadsOf(bench); round += 1) {
    await reload();
    await pause(100);
  }
  over = true;
  await Promise.all(running);
  return tally;
}
