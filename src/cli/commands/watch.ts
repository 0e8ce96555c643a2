import type { WatchOutput } from "../../shared/cliOutput.ts";
import { helpFlag, jsonFlag, onFlag } from "../arguments/commandSpec.ts";
import { usageError } from "../arguments/parseCommand.ts";
import { exitCodes } from "../cliContext.ts";
import { type Command, printJson, printLine, say } from "../command.ts";
import { connectToApp } from "../run/findApp.ts";
import { during } from "../terminal/progressLine.ts";

export const watchCommand: Command = {
  spec: {
    name: "watch",
    summary: "Reload an app whenever its files change",
    operands: [
      { name: "NAME", what: "the name of an app (see: hitless list)" },
      { name: "on|off", what: "whether its files are watched", optional: true },
    ],
    flags: [onFlag, jsonFlag, helpFlag],
    details: [
      "Switches watching on (or off) until the app is started anew; hitless start --watch has it from the start. What is saved is\n" +
        "reloaded once nothing was for 150 ms. Code that does not start changes nothing for clients.",
    ],
    examples: ["hitless watch api", "hitless watch api off"],
  },
  async run(context, parsed) {
    const [, wanted = "on"] = parsed.operands;
    if (wanted !== "on" && wanted !== "off") {
      throw usageError("watch", `the second operand must be on or off, not "${wanted}"`);
    }
    const client = await connectToApp(context, parsed);
    try {
      const asked = client.request("app/watch", { on: wanted === "on" });
      const watch = await during(context.stderr, "the files to be watched", asked);
      const { name: app, root } = client.snapshot.app;
      const { paint } = context.stdout;
      if (parsed.has("json")) {
        await printJson(context, { name: app, ...watch } satisfies WatchOutput);
      } else if (watch.state === "failed") {
        say(context, `${context.stderr.paint("red", "✖")} ${watch.problem}`);
      } else {
        const what = wanted === "on" ? `is reloaded when files in ${root} change` : "is not watched any more";
        await printLine(context, `${paint("green", "✔")} ${app} ${what}`);
      }
      return watch.state === "failed" ? exitCodes.failed : exitCodes.done;
    } finally {
      client.dispose();
    }
  },
};
