import type { Route } from "../../client/connection/openSocket.ts";
import { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { listLeftBehind } from "../../client/launch/listLeftBehind.ts";
import { otherUsers } from "../../client/launch/otherUsers.ts";
import type { Leftover, Stray } from "../../shared/basics/strays.ts";
import { type ListedApp, listedApp } from "../../shared/cliOutput.ts";
import { toHitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import { helpFlag, jsonFlag, onFlag } from "../arguments/commandSpec.ts";
import { type CliContext, exitCodes } from "../cliContext.ts";
import { type Command, printJson, printLine, say } from "../command.ts";
import { placeOf } from "../run/findApp.ts";
import { listTable } from "../show/appTables.ts";
import { otherUsersText } from "../show/otherUsersText.ts";
import { during } from "../terminal/progressLine.ts";

/** Milliseconds for one supervisor to answer, so that one that hangs does not hide the others; on another machine more. */
const answerMs = { here: 2_000, there: 10_000 } as const;

export const listCommand: Command = {
  spec: {
    name: "list",
    summary: "List the running apps",
    operands: [],
    flags: [onFlag, jsonFlag, helpFlag],
    examples: ["hitless list", "hitless list --json"],
  },
  async run(context, parsed) {
    const { route, list } = await placeOf(context, parsed);
    const endpoints = await during(context.stderr, "the supervisors that run", list());
    const asked = Promise.all(endpoints.map((endpoint) => askSupervisor(context, endpoint, route)));
    const apps = await during(context.stderr, "the supervisors to tell their state", asked);
    if (parsed.has("json")) {
      await printJson(context, apps);
    } else if (apps.length === 0) {
      const where = route.machine === undefined ? "" : ` on ${route.machine}`;
      say(context, `No app is running${where}. Start one with: hitless start`);
    } else {
      await printLine(context, listTable(apps, context.stdout.paint));
    }
    if (route.machine !== undefined) {
      return exitCodes.done;
    }
    const { strays, leftovers } = await during(context.stderr, "the processes of this machine", listLeftBehind());
    for (const stray of strays) {
      sayStray(context, stray);
    }
    for (const leftover of leftovers) {
      sayLeftover(context, leftover);
    }
    // Who may have some is worth a line only to somebody who has found none.
    const others = otherUsers().filter(({ apps: theirs }) => theirs !== undefined || apps.length === 0);
    for (const line of otherUsersText(others)) {
      say(context, line);
    }
    return exitCodes.done;
  },
};

/** On stderr, since it is no app that could be reloaded. */
function sayStray(context: CliContext, { pid, supervisor }: Stray): void {
  const whose = supervisor === undefined ? "its supervisor was killed" : `its supervisor ${supervisor} was killed`;
  say(
    context,
    `${context.stderr.paint("yellow", "!")} worker process ${pid} is left over: ${whose}. The next hitless start ends it.`,
  );
}

/** Nobody ends what an app has made independent: that may be meant. */
function sayLeftover(context: CliContext, { pid, supervisor, command }: Leftover): void {
  say(
    context,
    `${context.stderr.paint("yellow", "!")} process ${pid} (${command}) has outlived the worker that started it, of supervisor ${supervisor}: it was made independent (detached). If it is not meant to run on, end it: kill ${pid}`,
  );
}

async function askSupervisor(context: CliContext, endpoint: Endpoint, route: Route): Promise<ListedApp> {
  const deadlineMs = route.machine === undefined ? answerMs.here : answerMs.there;
  try {
    const client = await SupervisorClient.connect(endpoint, context.identity, { route, deadlineMs });
    const app = listedApp(client.snapshot, client.now());
    client.dispose();
    return app;
  } catch (error) {
    const { paint } = context.stderr;
    say(context, `${paint("yellow", "!")} ${endpoint.name}: ${toHitlessError(error).message}`);
    const { name, pid: supervisorPid, root } = endpoint;
    return { name, state: "unreachable", generation: 0, supervisorPid, root, addresses: [], workers: [] };
  }
}
