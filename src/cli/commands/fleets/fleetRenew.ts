import { planFleet } from "../../../client/fleets/fleetPlan.ts";
import { readProjectSettings } from "../../../client/settings/projectSettings.ts";
import type { FleetPlanOutput, FleetRunOutput } from "../../../shared/cliOutput.ts";
import type { FleetKind } from "../../../shared/machines/fleetRun.ts";
import { type CommandSpec, helpFlag, jsonFlag } from "../../arguments/commandSpec.ts";
import { type CliContext, exitCodes } from "../../cliContext.ts";
import { type Command, printJson, printLine } from "../../command.ts";
import { driveFleet, openFleet, sayProblems } from "../../run/machines/driveFleet.ts";
import { commandOf, fleetReportText, planText } from "../../show/fleetText.ts";

const flags: CommandSpec["flags"] = [
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

export const fleetRollbackCommand = fleetCommand("rollback", "Go back on all machines, from the last to the first", [
  "Each machine: the fleet's rollback command and a reload. Without such a command: what hitless rollback does.",
]);

function fleetCommand(kind: FleetKind, summary: string, details: readonly string[]): Command {
  const name = `fleet ${commandOf(kind)}`;
  return {
    spec: {
      name,
      summary,
      operands: [{ name: "NAME", what: "a fleet of hitless.json" }],
      flags,
      details: [...details, outcome],
      examples: [`hitless ${name} shop`, `hitless ${name} shop --dry-run`],
    },
    async run(context, parsed) {
      const settings = await readProjectSettings(context.cwd);
      const plan = planFleet(settings, parsed.operands[0] ?? "", kind, parsed.values("without"));
      const json = parsed.has("json");
      if (parsed.has("dry-run")) {
        return showPlan(context, await openFleet(context, settings, plan), json);
      }
      const report = await driveFleet(context, settings, plan);
      if (typeof report === "number") {
        return report;
      }
      await (json
        ? printJson(context, report satisfies FleetRunOutput)
        : printLine(context, fleetReportText(report, context.stdout.paint)));
      return report.outcome === "completed" ? exitCodes.done : exitCodes.failed;
    },
  };
}

async function showPlan(
  context: CliContext,
  { session: { plan }, problems }: Awaited<ReturnType<typeof openFleet>>,
  json: boolean,
): Promise<number> {
  if (json) {
    const { fleet, kind, groups } = plan;
    await printJson(context, {
      fleet: fleet.name,
      app: fleet.app,
      kind,
      groups: groups.map((group) => group.map(({ name }) => name)),
      problems: problems.map(({ machine, severity, message, detail = [] }) => ({
        ...(machine !== undefined && { machine }),
        severity,
        message,
        detail: [...detail],
      })),
    } satisfies FleetPlanOutput);
  } else {
    await printLine(context, planText(plan, context.stdout.paint));
    sayProblems(context, problems);
  }
  return problems.some(({ severity }) => severity === "error") ? exitCodes.failed : exitCodes.done;
}
