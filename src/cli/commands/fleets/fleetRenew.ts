import { type FleetPlan, planFleet } from "../../../client/fleets/fleetPlan.ts";
import { readProjectSettings } from "../../../client/settings/projectSettings.ts";
import type { FleetPlanOutput, FleetRunOutput } from "../../../shared/cliOutput.ts";
import type { FleetKind } from "../../../shared/machines/fleetRun.ts";
import { type CommandSpec, helpFlag, jsonFlag } from "../../arguments/commandSpec.ts";
import { usageError } from "../../arguments/parseCommand.ts";
import { type CliContext, exitCodes } from "../../cliContext.ts";
import { type Command, printJson, printLine, say } from "../../command.ts";
import { driveFleet, openFleet, sayPast, sayProblems } from "../../run/machines/driveFleet.ts";
import { commandOf, fleetReportText, planText } from "../../show/fleetText.ts";
import { confirm } from "../../terminal/confirm.ts";

const usualFlags: CommandSpec["flags"] = [
  { name: "dry-run", help: "Check everything and print the plan; touch nothing" },
  {
    name: "without",
    value: "MACHINE",
    repeatable: true,
    help: "Leave a machine of the fleet out, such as one that is gone; may be repeated",
  },
  jsonFlag,
  helpFlag,
];
const rollbackFlags: CommandSpec["flags"] = [
  {
    name: "all-machines",
    help: "Go back on all machines, also on those that have nothing of the last renewal; asks first",
  },
  { name: "yes", help: "Do not ask" },
  ...usualFlags,
];
const outcome =
  "Everything is checked before anything is touched; then one machine after the other, or as many at once as the fleet says.\n" +
  "The first failure stops it, and by the fleet's setting goes back on what was done. The last machine that serves is never\n" +
  "touched. Ctrl-C ends it between two machines; a second Ctrl-C leaves without waiting. Exits with 0 when it completed.";

export const fleetReloadCommand = fleetCommand(
  "reload",
  "Renew an app on all machines of a fleet, one after the other",
  ["Each machine: its deploy command, a reload, and what the fleet asks to verify it."],
);

export const fleetGracefulReloadCommand = fleetCommand("gracefulReload", "The same, with a graceful reload of each", [
  'As fleet reload; each old worker is sent the message "shutdown".',
]);

export const fleetRestartCommand = fleetCommand(
  "restart",
  "Restart an app on all machines, each out of its balancer meanwhile",
  [
    "A machine leaves the balancer as the fleet's balancer says, is restarted, comes back, and is verified. Without a balancer\n" +
      "the pause between two machines must be longer than the time for which the balancer passes a failed one over.",
  ],
);

export const fleetRollbackCommand = fleetCommand(
  "rollback",
  "Go back on the machines that the last renewal has touched, from the last to the first",
  [
    "Each machine: the fleet's rollback command and a reload. Without such a command: what hitless rollback does.\n" +
      "Machines that have nothing new, since the last renewal was stopped before or they have gone back already, are left out:\n" +
      "they would lose the release that they still have. --dry-run names them.",
  ],
);

function fleetCommand(kind: FleetKind, summary: string, details: readonly string[]): Command {
  const name = `fleet ${commandOf(kind)}`;
  return {
    spec: {
      name,
      summary,
      operands: [{ name: "NAME", what: "a fleet of hitless.json" }],
      flags: kind === "rollback" ? rollbackFlags : usualFlags,
      details: [...details, outcome],
      examples: [`hitless ${name} shop`, `hitless ${name} shop --dry-run`],
    },
    async run(context, parsed) {
      const settings = await readProjectSettings(context.cwd);
      const everywhere = kind === "rollback" && parsed.has("all-machines");
      const options = { without: parsed.values("without"), everywhere };
      const plan = planFleet(settings, parsed.operands[0] ?? "", kind, options);
      const json = parsed.has("json");
      if (parsed.has("dry-run")) {
        return showPlan(context, await openFleet(context, settings, plan), json);
      }
      if (everywhere && !parsed.has("yes") && !(await isSure(context, plan, json))) {
        return exitCodes.failed;
      }
      const report = await driveFleet(context, settings, plan);
      if (typeof report === "number") {
        return report;
      }
      await (json
        ? printJson(context, report satisfies FleetRunOutput)
        : printLine(context, fleetReportText(report, plan.fleet, context.stdout.paint)));
      return report.outcome === "completed" ? exitCodes.done : exitCodes.failed;
    },
  };
}

async function isSure(context: CliContext, { fleet, groups }: FleetPlan, json: boolean): Promise<boolean> {
  if (json || !process.stdin.isTTY) {
    throw usageError(
      "fleet rollback",
      "nobody can be asked here; write --yes to go back on all machines without asking",
    );
  }
  const names = groups.flat().map(({ name }) => name);
  const what = `Go back on all machines of ${fleet.name} (${names.join(", ")})? One that has nothing of the last renewal loses the release that it has.`;
  const sure = await confirm(context.stderr, what);
  if (!sure) {
    say(context, "Nothing was touched.");
  }
  return sure;
}

async function showPlan(
  context: CliContext,
  { session: { plan, past }, problems }: Awaited<ReturnType<typeof openFleet>>,
  json: boolean,
): Promise<number> {
  if (json) {
    const { fleet, kind, groups, leftOut } = plan;
    await printJson(context, {
      fleet: fleet.name,
      app: fleet.app,
      kind,
      groups: groups.map((group) => group.map(({ name }) => name)),
      leftOut: [...leftOut],
      ...(past.busy !== undefined && { busy: past.busy }),
      problems: problems.map(({ machine, severity, message, detail = [] }) => ({
        ...(machine !== undefined && { machine }),
        severity,
        message,
        detail: [...detail],
      })),
    } satisfies FleetPlanOutput);
  } else {
    await printLine(context, planText(plan, context.stdout.paint));
    sayPast(context, past);
    sayProblems(context, problems);
  }
  const isInTheWay = past.busy !== undefined || problems.some(({ severity }) => severity === "error");
  return isInTheWay ? exitCodes.failed : exitCodes.done;
}
