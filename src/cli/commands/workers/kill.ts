import type { KillOutput } from "../../../shared/cliOutput.ts";
import { workerName } from "../../../shared/text/workerName.ts";
import { helpFlag, jsonFlag, onFlag } from "../../arguments/commandSpec.ts";
import { neededWorker } from "../../arguments/workerArgument.ts";
import { exitCodes } from "../../cliContext.ts";
import { type Command, printJson, printLine } from "../../command.ts";
import { connectToApp } from "../../run/findApp.ts";
import { findWorker } from "../../run/findWorker.ts";
import { during } from "../../terminal/progressLine.ts";

export const killCommand: Command = {
  spec: {
    name: "kill",
    summary: "Kill one worker and all it started, at once",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)" }],
    needs: "--worker SLOT",
    flags: [
      { name: "worker", value: "SLOT", help: "The worker to kill (see: hitless status NAME); required" },
      onFlag,
      jsonFlag,
      helpFlag,
    ],
    details: ["Its requests in flight are lost; the supervisor starts another worker in its place."],
    examples: ["hitless kill api --worker 1", "hitless kill api --worker 1.4"],
  },
  async run(context, parsed) {
    const wanted = neededWorker("kill", parsed);
    const client = await connectToApp(context, parsed);
    try {
      const { app } = client.snapshot;
      const found = findWorker(client.snapshot, wanted);
      const { id: worker, pid } = found;
      await during(context.stderr, `the supervisor of ${app.name}`, client.request("app/killWorker", { worker }));
      if (parsed.has("json")) {
        await printJson(context, { name: app.name, worker, pid } satisfies KillOutput);
      } else {
        await printLine(
          context,
          `${context.stdout.paint("green", "✔")} ${app.name}: ${workerName(found)} (pid ${pid}) killed`,
        );
      }
      return exitCodes.done;
    } finally {
      client.dispose();
    }
  },
};
