import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { sampleSeconds } from "../../../shared/layers/sample.ts";
import { workerName } from "../../../shared/text/workerName.ts";
import { helpFlag, onFlag } from "../../arguments/commandSpec.ts";
import { usageError } from "../../arguments/parseCommand.ts";
import { wholeNumber } from "../../arguments/wholeNumber.ts";
import { wantedWorker } from "../../arguments/workerArgument.ts";
import { exitCodes } from "../../cliContext.ts";
import { type Command, printLine } from "../../command.ts";
import { connectToApp } from "../../run/findApp.ts";
import { findWorker } from "../../run/findWorker.ts";
import { runInterruptible } from "../../run/interruptible.ts";
import { sampleLines } from "../../show/layers/sampleText.ts";
import { treeLines } from "../../show/layers/treeText.ts";
import { count, printable } from "../../terminal/units.ts";

export const profileCommand: Command = {
  spec: {
    name: "profile",
    summary: "Sample where the CPU time of a worker goes, and save it for other programs",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)" }],
    flags: [
      {
        name: "worker",
        value: "SLOT",
        help: "This worker (default: the first that is ready; see: hitless status NAME)",
      },
      {
        name: "seconds",
        value: "SECONDS",
        help: `For this long, in seconds (${sampleSeconds.least} to ${sampleSeconds.most}; default ${sampleSeconds.default})`,
      },
      { name: "out", value: "FILE", help: "Save the profile here, as .cpuprofile" },
      onFlag,
      helpFlag,
    ],
    details: [
      "Shows the parts of the time, your own functions with what was done for them, and the calls.",
      "A .cpuprofile opens in VS Code, in Chrome's developer tools and in speedscope; its places are those of your sources.",
      "Meanwhile the worker is slower: small functions called in a hot loop and console.log take up to twice as long.",
      "Ctrl-C ends it early and keeps what there is; a second Ctrl-C leaves without waiting.",
    ],
    examples: ["hitless profile api", "hitless profile api --worker 1 --seconds 10 --out api.cpuprofile"],
  },
  async run(context, parsed) {
    const written = parsed.value("seconds");
    const seconds =
      written === undefined ? sampleSeconds.default : wholeNumber("profile", "--seconds", written, sampleSeconds.least);
    if (seconds > sampleSeconds.most) {
      throw usageError("profile", `--seconds must be at most ${count(sampleSeconds.most, "second")}, not ${seconds}`);
    }
    const wanted = wantedWorker("profile", parsed);
    const out = parsed.value("out");
    const client = await connectToApp(context, parsed);
    try {
      const worker = wanted && findWorker(client.snapshot, wanted, ({ state }) => state === "ready").id;
      const params = { ...(worker === undefined ? {} : { worker }), seconds, profile: out !== undefined };
      const sampled = await runInterruptible(context, {
        request: (signal) => client.request("layers/sample", params, { signal }),
        progress: (cancelling) => (cancelling ? "ending the sample" : `sampling for ${seconds} s`),
      });
      if (sampled.kind === "left") {
        return sampled.exitCode;
      }
      const { profile, ...sample } = sampled.result;
      const { paint, columns } = context.stdout;
      const { name, root } = client.snapshot.app;
      const options = { paint, columns, root };
      const lines = [
        printable(`${name} · ${workerName(sample.worker)} · pid ${sample.worker.pid} · ${root}`),
        "",
        ...sampleLines(sample, options),
        ...treeLines(sample, options),
      ];
      if (out !== undefined && profile !== undefined) {
        const file = resolve(context.cwd, out);
        await writeFile(file, profile);
        lines.push("", `${paint("green", "✔")} saved as ${file}`);
      }
      await printLine(context, lines.join("\n"));
      return exitCodes.done;
    } finally {
      client.dispose();
    }
  },
};
