import { nodeKeepAliveTimeoutMs } from "../../../client/balancers/check/appKeepAlive.ts";
import type { Finding, KeepAliveReading } from "../../../client/balancers/check/finding.ts";
import { planFleet } from "../../../client/fleets/fleetPlan.ts";
import { inspectBalancer } from "../../../client/fleets/inspectBalancer.ts";
import { readProjectSettings } from "../../../client/settings/projectSettings.ts";
import type { FleetCheckOutput } from "../../../shared/cliOutput.ts";
import type { ServerIdleTime } from "../../../shared/layers/facts.ts";
import { helpFlag, jsonFlag } from "../../arguments/commandSpec.ts";
import { exitCodes } from "../../cliContext.ts";
import { type Command, printJson, printLine } from "../../command.ts";
import { openFleet, sayPast } from "../../run/machines/driveFleet.ts";
import { problemLine } from "../../show/fleetText.ts";
import type { Paint } from "../../terminal/paint.ts";
import { during } from "../../terminal/progressLine.ts";
import { count, duration, printable } from "../../terminal/units.ts";

export const fleetCheckCommand: Command = {
  spec: {
    name: "fleet check",
    summary: "Check a fleet and the configuration of its balancer, with line and fix",
    operands: [{ name: "NAME", what: "a fleet of hitless.json" }],
    flags: [jsonFlag, helpFlag],
    details: [
      "The machines are checked as before a restart. The balancer's configuration (nginx -T, haproxy.cfg) is read where the\n" +
        "fleet's balancer says, and what loses requests is named: keep-alive times, fail_timeout, retries, buffering. For how long\n" +
        "the app keeps idle connections is asked of a worker on each machine.",
      "Exits with 1 when something is wrong; warnings and notes leave it 0.",
    ],
    examples: ["hitless fleet check shop", "hitless fleet check shop --json"],
  },
  async run(context, parsed) {
    const settings = await readProjectSettings(context.cwd);
    const plan = planFleet(settings, parsed.operands[0] ?? "", "restart", { isLook: true });
    const { fleet } = plan;
    const { problems, session } = await openFleet(context, settings, plan);
    const keepAlive = await during(context.stderr, "a worker on each machine", session.readKeepAlive());
    const inspecting = inspectBalancer(session, keepAlive);
    const { findings, problems: more } = await during(context.stderr, "the balancer's configuration", inspecting);
    const all = [...problems, ...more].map(({ machine, severity, message, detail = [] }) => ({
      ...(machine !== undefined && { machine }),
      severity,
      message,
      detail: [...detail],
    }));
    if (parsed.has("json")) {
      await printJson(context, {
        name: fleet.name,
        problems: all,
        findings: [...findings],
        keepAlive: keepAlive.map(({ servers, ...reading }) => ({ ...reading, servers: [...servers] })),
      } satisfies FleetCheckOutput);
    } else {
      const { paint } = context.stdout;
      const lines = [
        ...all.map((problem) => problemLine(problem, paint)),
        ...findings.map((finding) => findingText(finding, paint)),
      ];
      sayPast(context, session.past);
      const head =
        lines.length === 0
          ? `${paint("green", "✔")} ${fleet.name}: ${count(session.found.length, "machine")} checked, and nothing is in the way`
          : undefined;
      const told = keepAliveLines(keepAlive, paint);
      await printLine(context, [...(head === undefined ? lines : [head]), ...told].join("\n"));
    }
    const isWrong = [...all, ...findings].some(({ severity }) => severity === "error");
    return isWrong ? exitCodes.failed : exitCodes.done;
  },
};

function findingText({ severity, file, line, message, fix }: Finding, paint: Paint): string {
  const mark = { error: paint("red", "✖"), warning: paint("yellow", "!"), note: paint("dim", "·") }[severity];
  const place = line === 0 ? (file === "hitless" ? "" : `${file}: `) : `${file}:${line}: `;
  return [`${mark} ${paint("bold", place)}${message}`, `    ${fix}`].join("\n");
}

/** What the app itself says of its idle connections, a line for all machines that say the same. */
function keepAliveLines(readings: readonly KeepAliveReading[], paint: Paint): string[] {
  const machinesOf = new Map<string, string[]>();
  for (const { machine, worker, servers, problem } of readings) {
    const texts =
      problem === undefined
        ? servers.map(
            (server) =>
              `${paint("dim", "·")} {}: idle connections are closed ${idleText(server)}, read from worker ${worker}`,
          )
        : [
            `${paint("yellow", "!")} {}: for how long the app keeps idle connections is not known, and ${duration(nodeKeepAliveTimeoutMs)} are assumed: ${printable(problem)}`,
          ];
    for (const text of texts) {
      machinesOf.set(text, [...(machinesOf.get(text) ?? []), machine]);
    }
  }
  return [...machinesOf].map(([text, machines]) => text.replace("{}", () => machines.join(", ")));
}

function idleText({ address, keepAliveTimeoutMs, idleMs }: ServerIdleTime): string {
  const where = address === undefined ? "" : ` at ${printable(address)}`;
  return idleMs === 0
    ? `never${where} (no keepAliveTimeout)`
    : `after ${duration(idleMs)}${where} (keepAliveTimeout ${keepAliveTimeoutMs} ms)`;
}
