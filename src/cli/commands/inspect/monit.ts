import { SupervisorClient } from "../../../client/connection/supervisorClient.ts";
import { HitlessError } from "../../../shared/errors.ts";
import { helpFlag, jsonFlag, onFlag } from "../../arguments/commandSpec.ts";
import { type CliContext, exitCodeOfSignal, exitCodes, type StopSignal } from "../../cliContext.ts";
import { type Command, say } from "../../command.ts";
import { chooseEndpoint, placeOf } from "../../run/findApp.ts";
import { onStopSignal } from "../../run/interrupts.ts";
import { during } from "../../terminal/progressLine.ts";

export const monitCommand: Command = {
  spec: {
    name: "monit",
    summary: "Show apps, workers, requests and the log in a dashboard",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)", optional: true }],
    flags: [onFlag, { ...jsonFlag, help: "Refused: for programs there is hitless status NAME --json" }, helpFlag],
    details: [
      "Arrows and tab choose an app or a worker; r reloads it, g gracefully, R restarts it (asked first), s changes the\nnumber of workers, l shows the log in full, / shows only lines with a text, q quits. It needs a terminal.",
    ],
    examples: ["hitless monit", "hitless monit api", "hitless monit api --on web1"],
  },
  async run(context, parsed) {
    requireTerminal(context, parsed.has("json"));
    const [name] = parsed.operands;
    const place = await placeOf(context, parsed);
    const { route } = place;
    const running = name === undefined ? [] : await during(context.stderr, "the supervisors that run", place.list());
    const only = name === undefined ? undefined : chooseEndpoint(running, name, route.machine).pid;
    const ending = new AbortController();
    let signal: StopSignal | undefined;
    const signals = onStopSignal((received) => {
      signal = received;
      ending.abort();
    });
    try {
      const { showDashboard } = await import("../../monit/dashboard.ts");
      const end = await showDashboard(context, {
        input: process.stdin,
        output: process.stdout,
        machine: route.machine,
        ending: ending.signal,
        list: () => place.list(),
        connect: (endpoint) => SupervisorClient.connect(endpoint, context.identity, { route }),
        ...(only !== undefined && { only }),
      });
      if (end === "gone") {
        say(context, context.stderr.paint("dim", `hitless the supervisor of ${name} has gone`));
      }
      return signal === undefined ? exitCodes.done : exitCodeOfSignal(signal);
    } finally {
      signals.dispose();
    }
  },
};

/** @throws HitlessError `usage` where no dashboard can be shown. */
function requireTerminal({ environment }: CliContext, asJson: boolean): void {
  const missing = asJson
    ? "has no JSON"
    : process.stdin.isTTY !== true
      ? "needs a terminal, and stdin is none"
      : process.stdout.isTTY !== true
        ? "needs a terminal, and stdout is none"
        : environment.TERM === "dumb"
          ? "needs a terminal that can place its cursor, and TERM is dumb"
          : undefined;
  if (missing !== undefined) {
    const instead =
      "For programs: hitless list --json, hitless status NAME --json; as lines: hitless logs NAME --follow, hitless requests NAME.";
    throw new HitlessError("usage", `hitless monit ${missing}. ${instead}`);
  }
}
