import { statusOutput } from "../../shared/cliOutput.ts";
import { helpFlag, jsonFlag, onFlag } from "../arguments/commandSpec.ts";
import { exitCodes } from "../cliContext.ts";
import { type Command, printJson, printLine } from "../command.ts";
import { connectToApp } from "../run/findApp.ts";
import { statusText } from "../show/appTables.ts";

export const statusCommand: Command = {
  spec: {
    name: "status",
    summary: "Show an app and its workers",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)" }],
    flags: [onFlag, jsonFlag, helpFlag],
    examples: ["hitless status api", "hitless status api --json"],
  },
  async run(context, parsed) {
    const client = await connectToApp(context, parsed);
    // An older supervisor can't look; the rest is shown all the same.
    const stale = await client.request("app/stale", {}).catch(() => undefined);
    const status = statusOutput(client.snapshot, client.now(), stale?.files);
    client.dispose();
    if (parsed.has("json")) {
      await printJson(context, status);
    } else {
      await printLine(context, statusText(status, context.stdout.paint));
    }
    return exitCodes.done;
  },
};
