import { chooseFleet, machinesOf } from "../../../client/fleets/fleetPlan.ts";
import { type FleetMachineView, type FleetView, lookAtFleet } from "../../../client/fleets/lookAtFleet.ts";
import { openBalancer } from "../../../client/fleets/openBalancer.ts";
import { type Fleet, readProjectSettings } from "../../../client/settings/projectSettings.ts";
import type { FleetHistoryOutput, FleetStatusOutput } from "../../../shared/cliOutput.ts";
import { readyCount } from "../../../shared/facts/snapshotFacts.ts";
import { helpFlag, jsonFlag } from "../../arguments/commandSpec.ts";
import { wholeNumber } from "../../arguments/wholeNumber.ts";
import { type CliContext, exitCodes } from "../../cliContext.ts";
import { type Command, printJson, printLine, say } from "../../command.ts";
import { fleetHistoryTable, fleetStatusText } from "../../show/fleetText.ts";
import { during } from "../../terminal/progressLine.ts";

const operands = [{ name: "NAME", what: "a fleet of hitless.json" }];

export const fleetStatusCommand: Command = {
  spec: {
    name: "fleet status",
    summary: "Show a fleet: each machine, who is busy with it, and where the last renewal stopped",
    operands,
    flags: [jsonFlag, helpFlag],
    details: [
      "Exits with 1 when a machine can't be reached, its app does not run, or it was left out of the balancer.",
    ],
    examples: ["hitless fleet status shop", "hitless fleet status shop --json"],
  },
  async run(context, parsed) {
    const { fleet, view } = await look(context, parsed.operands[0] ?? "");
    await (parsed.has("json")
      ? printJson(context, statusOutput(fleet, view))
      : printLine(context, fleetStatusText(fleet, view, context.stdout.paint)));
    const isWell =
      view.drained.length === 0 &&
      view.machines.every(({ found }) => found.member?.client.snapshot.app.state === "running");
    return isWell ? exitCodes.done : exitCodes.failed;
  },
};

export const fleetHistoryCommand: Command = {
  spec: {
    name: "fleet history",
    summary: "Show what was done to a fleet, newest first",
    operands,
    flags: [{ name: "limit", value: "N", help: "At most N reports (default: all that are kept)" }, jsonFlag, helpFlag],
    details: ["The machines of the fleet keep the last 50, over restarts of apps and machines."],
    examples: ["hitless fleet history shop", "hitless fleet history shop --limit 1 --json"],
  },
  async run(context, parsed) {
    const written = parsed.value("limit");
    const limit = written === undefined ? undefined : wholeNumber("fleet history", "--limit", written, 1);
    const { fleet, view } = await look(context, parsed.operands[0] ?? "");
    const runs = view.runs.slice(0, limit);
    if (parsed.has("json")) {
      await printJson(context, { name: fleet.name, runs } satisfies FleetHistoryOutput);
    } else if (runs.length === 0) {
      say(context, `Nothing has been done to ${fleet.name} as a fleet.`);
    } else {
      await printLine(context, fleetHistoryTable(runs, context.stdout.paint));
    }
    return exitCodes.done;
  },
};

async function look(context: CliContext, name: string): Promise<{ readonly fleet: Fleet; readonly view: FleetView }> {
  const settings = await readProjectSettings(context.cwd);
  const fleet = chooseFleet(settings, name);
  const machines = machinesOf(fleet, settings);
  const opened = openBalancer(fleet, settings, machines);
  context.atEnd.push(opened);
  const looking = lookAtFleet(fleet, machines, context.identity, opened.balancer);
  const view = await during(context.stderr, `${fleet.machines.join(", ")} to answer`, looking);
  return { fleet, view };
}

function statusOutput({ name, app }: Fleet, { machines, runs, lock, drained }: FleetView): FleetStatusOutput {
  const [last] = runs;
  return {
    name,
    app,
    machines: machines.map(machineOutput),
    ...(lock !== undefined && { lock }),
    drained: [...drained],
    ...(last !== undefined && { last }),
  };
}

function machineOutput({ found, lastReport }: FleetMachineView): FleetStatusOutput["machines"][number] {
  const { machine, member, error } = found;
  const snapshot = member?.client.snapshot;
  return {
    name: machine.name,
    reachable: found.connection !== undefined,
    ...(error !== undefined && { error: { code: error.code, message: error.message, detail: [...error.detail] } }),
    ...(snapshot !== undefined && {
      state: snapshot.app.state,
      ready: readyCount(snapshot),
      desiredWorkers: snapshot.app.desiredWorkers,
      generation: snapshot.app.generation,
      nodeVersion: snapshot.supervisor.nodeVersion,
      version: snapshot.supervisor.version,
      addresses: snapshot.app.addresses,
    }),
    ...(lastReport !== undefined && { lastReport }),
  };
}
