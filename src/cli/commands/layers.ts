import { setTimeout as wait } from "node:timers/promises";
import type { LayersOutput } from "../../shared/cliOutput.ts";
import { sampleSeconds } from "../../shared/layers/sample.ts";
import { workerName } from "../../shared/text/workerName.ts";
import { helpFlag, jsonFlag, onFlag, type ParsedCommand } from "../arguments/commandSpec.ts";
import { wholeNumber } from "../arguments/wholeNumber.ts";
import { type WantedWorker, wantedWorker } from "../arguments/workerArgument.ts";
import { exitCodes } from "../cliContext.ts";
import { type Command, printJson, printLine } from "../command.ts";
import { connectToApp } from "../run/findApp.ts";
import { findWorker } from "../run/findWorker.ts";
import { runInterruptible } from "../run/interruptible.ts";
import { layersText } from "../show/layers/layersText.ts";
import { during } from "../terminal/progressLine.ts";

/** Rates need a time over which they are taken: milliseconds between the two looks. */
const lookMs = 1_000;

export const layersCommand: Command = {
  spec: {
    name: "layers",
    summary: "Show what is in the layers of the runtime of a worker, and where its CPU time goes",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)" }],
    flags: [
      {
        name: "worker",
        value: "SLOT",
        help: "This worker (default: the first that is ready; see: hitless status NAME)",
      },
      {
        name: "sample",
        value: "SECONDS",
        help: `Sample its CPU time for this long, in seconds (${sampleSeconds.least} to ${sampleSeconds.most})`,
      },
      onFlag,
      jsonFlag,
      helpFlag,
    ],
    details: [
      "From top to bottom: your code, the API of Node.js, its bindings and addons, what it is built of, the system.",
      "Ctrl-C ends a sample early and shows what there is; a second Ctrl-C leaves without waiting.",
    ],
    examples: ["hitless layers api", "hitless layers api --worker 1 --sample 5", "hitless layers api --json"],
  },
  async run(context, parsed) {
    const { wanted, seconds } = whatIsAsked(parsed);
    const client = await connectToApp(context, parsed);
    try {
      const { stderr } = context;
      const worker = wanted && findWorker(client.snapshot, wanted, ({ state }) => state === "ready").id;
      const asked = client.request("layers/facts", worker === undefined ? {} : { worker });
      const facts = await during(stderr, "the worker to tell what it is made of", asked);
      // The rest is asked of the same worker, whichever is the first by then.
      const same = { worker: facts.worker.id };
      await during(stderr, "the worker to tell what it does", client.request("layers/pulse", same));
      const sampled =
        seconds === undefined
          ? undefined
          : await runInterruptible(context, {
              request: (signal) => client.request("layers/sample", { ...same, seconds }, { signal }),
              progress: (cancelling) =>
                cancelling
                  ? "ending the sample"
                  : `sampling ${workerName(facts.worker)} for ${seconds} s, which slows it down`,
            });
      if (sampled?.kind === "left") {
        return sampled.exitCode;
      }
      if (sampled === undefined) {
        await wait(lookMs);
      }
      const pulse = await during(stderr, "the worker to tell what it does", client.request("layers/pulse", same));
      const output: LayersOutput = {
        name: client.snapshot.app.name,
        facts,
        pulse,
        ...(sampled === undefined ? {} : { sample: sampled.result }),
      };
      const { paint, columns } = context.stdout;
      const { root } = client.snapshot.app;
      await (parsed.has("json")
        ? printJson(context, output)
        : printLine(context, layersText(output, { paint, columns, root })));
      return exitCodes.done;
    } finally {
      client.dispose();
    }
  },
};

function whatIsAsked(parsed: ParsedCommand): {
  readonly wanted: WantedWorker | undefined;
  readonly seconds: number | undefined;
} {
  const written = parsed.value("sample");
  const { least, most } = sampleSeconds;
  const seconds = written === undefined ? undefined : wholeNumber("layers", "--sample", written, least, most);
  return { wanted: wantedWorker("layers", parsed), seconds };
}
