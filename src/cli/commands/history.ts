import type { HistoryOutput } from "../../shared/cliOutput.ts";
import { helpFlag, jsonFlag, onFlag } from "../arguments/commandSpec.ts";
import { wholeNumber } from "../arguments/wholeNumber.ts";
import { exitCodes } from "../cliContext.ts";
import { type Command, printJson, printLine, say } from "../command.ts";
import { connectToApp } from "../run/findApp.ts";
import { historyTable } from "../show/historyTable.ts";
import { during } from "../terminal/progressLine.ts";

export const historyCommand: Command = {
  spec: {
    name: "history",
    summary: "Show the reports of past renewals, newest first",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)" }],
    flags: [
      { name: "limit", value: "N", help: "At most N reports (default: all that are kept)" },
      onFlag,
      jsonFlag,
      helpFlag,
    ],
    details: ["The supervisor keeps the last 50, as long as it runs."],
    examples: ["hitless history api", "hitless history api --limit 1 --json"],
  },
  async run(context, parsed) {
    const written = parsed.value("limit");
    const limit = written === undefined ? undefined : wholeNumber("history", "--limit", written, 1);
    const client = await connectToApp(context, parsed);
    try {
      const { name } = client.snapshot.app;
      const answer = await during(context.stderr, `the supervisor of ${name}`, client.request("app/reports", {}));
      const reports = answer.reports.slice(0, limit);
      if (parsed.has("json")) {
        await printJson(context, { name, reports } satisfies HistoryOutput);
      } else if (reports.length === 0) {
        say(context, `${name} has not been renewed since its supervisor started.`);
      } else {
        await printLine(context, historyTable(reports, context.stdout.paint));
      }
      return exitCodes.done;
    } finally {
      client.dispose();
    }
  },
};
