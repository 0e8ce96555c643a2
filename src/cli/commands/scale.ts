import type { ScaleOutput } from "../../shared/cliOutput.ts";
import { readyCount } from "../../shared/facts/snapshotFacts.ts";
import { helpFlag, jsonFlag, onFlag } from "../arguments/commandSpec.ts";
import { usageError } from "../arguments/parseCommand.ts";
import { wholeNumber } from "../arguments/wholeNumber.ts";
import { exitCodes } from "../cliContext.ts";
import { type Command, printJson, printLine } from "../command.ts";
import { connectToApp } from "../run/findApp.ts";
import { openProgressLine } from "../terminal/progressLine.ts";
import { count } from "../terminal/units.ts";

const most = 1_024;

export const scaleCommand: Command = {
  spec: {
    name: "scale",
    summary: "Change the number of workers",
    operands: [
      { name: "NAME", what: "the name of an app (see: hitless list)" },
      { name: "N", what: `the number of workers, from 1 to ${most}` },
    ],
    flags: [onFlag, jsonFlag, helpFlag],
    details: ["Waits until that many workers are ready. Surplus workers are drained."],
    examples: ["hitless scale api 4"],
  },
  async run(context, parsed) {
    const [, written = ""] = parsed.operands;
    const workers = wholeNumber("scale", "N", written, 1);
    if (workers > most) {
      throw usageError("scale", `N must be at most ${most}, not ${workers}`);
    }
    const client = await connectToApp(context, parsed);
    const progress = openProgressLine(
      context.stderr,
      () => `scaling ${client.snapshot.app.name} · ${readyCount(client.snapshot)}/${workers} ready`,
    );
    try {
      const { from, to } = await client.request("app/scale", { workers });
      progress.end();
      const app = client.snapshot.app.name;
      if (parsed.has("json")) {
        await printJson(context, { name: app, from, to } satisfies ScaleOutput);
      } else {
        await printLine(
          context,
          `${context.stdout.paint("green", "✔")} ${app} scaled · ${from} → ${count(to, "worker")}`,
        );
      }
      return exitCodes.done;
    } finally {
      progress.end();
      client.dispose();
    }
  },
};
