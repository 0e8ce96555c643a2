import type { KillOutput } from "../../shared/cliOutput.ts";
import { helpFlag, jsonFlag, onFlag } from "../arguments/commandSpec.ts";
import { usageError } from "../arguments/parseCommand.ts";
import { wholeNumber } from "../arguments/wholeNumber.ts";
import { exitCodes } from "../cliContext.ts";
import { type Command, printJson, printLine } from "../command.ts";
import { connectToApp } from "../run/findApp.ts";
import { during } from "../terminal/progressLine.ts";

export const killCommand: Command = {
  spec: {
    name: "kill",
    summary: "Kill one worker and all it started, at once",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)" }],
    needs: "--worker ID",
    flags: [
      { name: "worker", value: "ID", help: "The worker to kill (see: hitless status NAME); required" },
      onFlag,
      jsonFlag,
      helpFlag,
    ],
    details: ["Its requests in flight are lost; the supervisor starts another worker in its place."],
    examples: ["hitless kill api --worker 3"],
  },
  async run(context, parsed) {
    const written = parsed.value("worker");
    if (written === undefined) {
      throw usageError("kill", "--worker is missing; write --worker=ID");
    }
    const worker = wholeNumber("kill", "--worker", written, 1);
    const client = await connectToApp(context, parsed);
    try {
      const { app, workers } = client.snapshot;
      const pid = workers.find(({ id }) => id === worker)?.pid ?? null;
      await during(context.stderr, `the supervisor of ${app.name}`, client.request("app/killWorker", { worker }));
      if (parsed.has("json")) {
        await printJson(context, { name: app.name, worker, pid } satisfies KillOutput);
      } else {
        const process = pid === null ? "" : ` (pid ${pid})`;
        await printLine(
          context,
          `${context.stdout.paint("green", "✔")} ${app.name}: worker ${worker}${process} killed`,
        );
      }
      return exitCodes.done;
    } finally {
      client.dispose();
    }
  },
};
