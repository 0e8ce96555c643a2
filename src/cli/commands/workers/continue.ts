import type { ContinueOutput } from "../../../shared/cliOutput.ts";
import { HitlessError } from "../../../shared/errors.ts";
import type { WorkerView } from "../../../shared/snapshot.ts";
import { workerName } from "../../../shared/text/workerName.ts";
import { helpFlag, jsonFlag, onFlag } from "../../arguments/commandSpec.ts";
import { wantedWorker } from "../../arguments/workerArgument.ts";
import { exitCodes } from "../../cliContext.ts";
import { type Command, printJson, printLine } from "../../command.ts";
import { connectToApp } from "../../run/findApp.ts";
import { findWorker } from "../../run/findWorker.ts";
import { during } from "../../terminal/progressLine.ts";

export const continueCommand: Command = {
  spec: {
    name: "continue",
    summary: "Let workers go on that a debugger has stopped",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)" }],
    flags: [
      { name: "worker", value: "SLOT", help: "Only this worker (see: hitless status NAME)" },
      onFlag,
      jsonFlag,
      helpFlag,
    ],
    details: ["The debugger stays attached, and stops a worker again at its next breakpoint."],
    examples: ["hitless continue api", "hitless continue api --worker 1"],
  },
  async run(context, parsed) {
    const wanted = wantedWorker("continue", parsed);
    const client = await connectToApp(context, parsed);
    try {
      const { app, workers } = client.snapshot;
      const only = wanted && findWorker(client.snapshot, wanted, ({ paused }) => paused !== undefined);
      // Others can't be stopped by a debugger.
      const open = workers.filter(({ inspector, paused }) => inspector !== undefined || paused !== undefined);
      const letGoOn = async (): Promise<WorkerView[]> => {
        const continued: WorkerView[] = [];
        for (const worker of only === undefined ? open : [only]) {
          const { paused } = await client.request("debug/look", { worker: worker.id });
          if (paused || only !== undefined) {
            await client.request("debug/continue", { worker: worker.id });
            continued.push(worker);
          }
        }
        return continued;
      };
      const continued = await during(context.stderr, `the supervisor of ${app.name}`, letGoOn());
      if (continued.length === 0) {
        throw new HitlessError("invalidState", `No worker of ${app.name} is stopped by a debugger.`);
      }
      if (parsed.has("json")) {
        const ids = continued.map(({ id }) => id);
        await printJson(context, { name: app.name, workers: ids } satisfies ContinueOutput);
      } else {
        const verb = continued.length === 1 ? "goes" : "go";
        const which = continued.map((worker) => workerName(worker)).join(", ");
        await printLine(context, `${context.stdout.paint("green", "✔")} ${app.name}: ${which} ${verb} on`);
      }
      return exitCodes.done;
    } finally {
      client.dispose();
    }
  },
};
