import type { DrainOutput } from "../../../shared/cliOutput.ts";
import { workerName } from "../../../shared/text/workerName.ts";
import { helpFlag, jsonFlag, onFlag, type ParsedCommand } from "../../arguments/commandSpec.ts";
import { usageError } from "../../arguments/parseCommand.ts";
import { wholeNumber } from "../../arguments/wholeNumber.ts";
import { neededWorker, type WantedWorker } from "../../arguments/workerArgument.ts";
import { exitCodes } from "../../cliContext.ts";
import { type Command, printJson, printLine } from "../../command.ts";
import { connectToApp } from "../../run/findApp.ts";
import { findWorker } from "../../run/findWorker.ts";
import { during } from "../../terminal/progressLine.ts";
import { duration } from "../../terminal/units.ts";

/** A day: far below what a timer can hold, far above what a request takes. */
const mostMs = 86_400_000;

export const drainCommand: Command = {
  spec: {
    name: "drain",
    summary: "Give a draining worker more time, or none",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)" }],
    needs: "--worker SLOT --extend MS|--cut",
    flags: [
      { name: "worker", value: "SLOT", help: "The draining worker (see: hitless status NAME); required" },
      { name: "extend", value: "MS", help: "Extend its deadline by this many milliseconds" },
      { name: "cut", help: "End it now: what it still has is cut off, and counted in the report" },
      onFlag,
      jsonFlag,
      helpFlag,
    ],
    details: ["Give either --extend or --cut. hitless status NAME shows what a draining worker still has."],
    examples: ["hitless drain api --worker 1 --extend 60000", "hitless drain api --worker 1 --cut"],
  },
  async run(context, parsed) {
    const { wanted, ms } = whatIsAsked(parsed);
    const client = await connectToApp(context, parsed);
    try {
      const found = findWorker(client.snapshot, wanted, ({ state }) => state === "draining");
      const { id: worker } = found;
      const order =
        ms === undefined ? ({ action: "cut", worker } as const) : ({ action: "extend", worker, ms } as const);
      const drained = client.request("app/drain", order).then(() => client.request("app/snapshot", {}));
      const whose = `the supervisor of ${client.endpoint.name}`;
      const { app, workers } = await during(context.stderr, whose, drained);
      const deadline = workers.find(({ id }) => id === worker)?.drainDeadline;
      const leftMs = ms === undefined || deadline === undefined ? undefined : Math.max(0, deadline - client.now());
      if (parsed.has("json")) {
        await printJson(context, {
          name: app.name,
          worker,
          action: ms === undefined ? "cut" : "extend",
          ...(leftMs === undefined ? {} : { leftMs: Math.round(leftMs) }),
        } satisfies DrainOutput);
      } else {
        const left = leftMs === undefined ? "" : ` · ${duration(leftMs)} left`;
        const what = ms === undefined ? "is cut off" : `may drain ${duration(ms)} longer${left}`;
        await printLine(context, `${context.stdout.paint("green", "✔")} ${app.name}: ${workerName(found)} ${what}`);
      }
      return exitCodes.done;
    } finally {
      client.dispose();
    }
  },
};

/** `ms` is absent when the drain is to be cut off. */
function whatIsAsked(parsed: ParsedCommand): { readonly wanted: WantedWorker; readonly ms: number | undefined } {
  const wanted = neededWorker("drain", parsed);
  const extend = parsed.value("extend");
  if ((extend === undefined) !== parsed.has("cut")) {
    throw usageError("drain", "give either --extend=MS or --cut");
  }
  const ms = extend === undefined ? undefined : wholeNumber("drain", "--extend", extend, 1);
  if (ms !== undefined && ms > mostMs) {
    throw usageError("drain", `--extend must be at most ${mostMs} milliseconds (a day), not ${ms}`);
  }
  return { wanted, ms };
}
