import { SupervisorClient } from "../../../client/connection/supervisorClient.ts";
import { runtimeFolder } from "../../../client/launch/runtimeFolder.ts";
import { deathLimit, SupervisorDeaths, startAgain } from "../../../client/launch/supervisorDeath.ts";
import type { Endpoint } from "../../../shared/launch.ts";
import { type CliContext, exitCodes } from "../../cliContext.ts";
import { say } from "../../command.ts";
import { hitlessLine } from "../../show/eventPrinter.ts";
import { duration } from "../../terminal/units.ts";
import { runInForeground } from "../foreground.ts";
import type { CollectedWishes } from "./stopWishes.ts";

/**
 * Shows an app in this terminal until it ends, and starts its supervisor again when that dies. Returns the exit code.
 * @param isKept A service manager keeps the sockets: it starts this process again, and only then gives them back.
 */
export async function keepRunning(
  context: CliContext,
  first: SupervisorClient,
  wishes: CollectedWishes,
  launch: () => Promise<Endpoint>,
  isKept: boolean,
): Promise<number> {
  const { stderr } = context;
  const deaths = new SupervisorDeaths();
  for (let client = first; ; ) {
    const moves = client.onDidMove(({ pid }) => wishes.started(pid));
    const end = await runInForeground(context, client, wishes);
    moves.dispose();
    if (end !== "lost") {
      return end;
    }
    const { endpoint, snapshot } = client;
    client.dispose();
    const now = performance.now();
    const gone = `The supervisor of ${endpoint.name} (pid ${endpoint.pid}) has gone, and its workers with it`;
    const dead = { endpoint, last: snapshot, folder: runtimeFolder() };
    if (isKept) {
      const heir = (await startAgain(dead, () => Promise.resolve(undefined))).endpoint;
      if (heir === undefined) {
        const who = "the service manager, which keeps its sockets, is to start it again";
        say(context, `${stderr.paint("red", "✖")} ${gone}; ${who}.`);
        return exitCodes.failed;
      }
    }
    if (!deaths.add(now)) {
      const often = `${deathLimit.times + 1} times within ${duration(deathLimit.withinMs)}; it is not started again`;
      say(context, `${stderr.paint("red", "✖")} ${gone}, ${often}.`);
      return exitCodes.failed;
    }
    say(context, `${stderr.paint("red", "✖")} ${gone}; it is started again.`);
    const { endpoint: next, byOther } = await startAgain(dead, launch);
    client = await SupervisorClient.connect(next, context.identity);
    wishes.started(next.pid);
    const how = byOther ? "is run by another supervisor" : "runs again";
    await stderr.write(
      hitlessLine(stderr, `${endpoint.name} ${how} (pid ${next.pid}) after ${duration(performance.now() - now)}`),
    );
  }
}
