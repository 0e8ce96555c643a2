import { writeFile } from "node:fs/promises";
import type { ProfileOutput } from "../../../shared/cliOutput.ts";
import { HitlessError, toHitlessError } from "../../../shared/errors.ts";
import { sampleSeconds } from "../../../shared/layers/sample.ts";
import { workerName } from "../../../shared/text/workerName.ts";
import { helpFlag, jsonFlag, onFlag } from "../../arguments/commandSpec.ts";
import { fileToWrite } from "../../arguments/fileToWrite.ts";
import { wholeNumber } from "../../arguments/wholeNumber.ts";
import { wantedWorker } from "../../arguments/workerArgument.ts";
import { type CliContext, exitCodes } from "../../cliContext.ts";
import { type Command, printJson, printLine } from "../../command.ts";
import { connectToApp } from "../../run/findApp.ts";
import { findWorker } from "../../run/findWorker.ts";
import { runInterruptible } from "../../run/interruptible.ts";
import { sampleLines } from "../../show/layers/sampleText.ts";
import { treeLines } from "../../show/layers/treeText.ts";
import { printable } from "../../terminal/units.ts";

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
      jsonFlag,
      helpFlag,
    ],
    details: [
      "Shows which of your own lines the time was spent for, its parts, and the calls. Shares are of the whole sample, idle time included; places are relative to the app's folder, or begin with the package.",
      "A .cpuprofile opens in VS Code, in Chrome's developer tools and in speedscope; its places are those of your sources.",
      "Meanwhile the worker is slower: small functions called in a hot loop and console.log take up to twice as long.",
      "Ctrl-C ends it early and keeps what there is; a second Ctrl-C leaves without waiting.",
    ],
    examples: ["hitless profile api", "hitless profile api --worker 1 --seconds 10 --out api.cpuprofile"],
  },
  async run(context, parsed) {
    const { default: usual, least, most } = sampleSeconds;
    const seconds = wholeNumber("profile", "--seconds", parsed.value("seconds") ?? String(usual), least, most);
    const wanted = wantedWorker("profile", parsed);
    const written = parsed.value("out");
    const file =
      written === undefined ? undefined : await fileToWrite(context, { command: "profile", flag: "out", written });
    const client = await connectToApp(context, parsed);
    try {
      const worker = wanted && findWorker(client.snapshot, wanted, ({ state }) => state === "ready").id;
      const params = { ...(worker === undefined ? {} : { worker }), seconds, profile: file !== undefined };
      const sampled = await runInterruptible(context, {
        request: (signal) => client.request("layers/sample", params, { signal }),
        progress: (cancelling) =>
          cancelling ? "ending the sample" : `sampling for ${seconds} s, which slows the worker down`,
      });
      if (sampled.kind === "left") {
        return sampled.exitCode;
      }
      const { profile, ...sample } = sampled.result;
      const { name, root } = client.snapshot.app;
      const isText = !parsed.has("json");
      if (isText) {
        await printLine(context, profileText({ name, root, sample }, context.stdout));
      }
      if (file !== undefined) {
        await save(file, profile);
      }
      if (!isText) {
        await printJson(context, {
          name,
          root,
          sample,
          ...(file === undefined ? {} : { file }),
        } satisfies ProfileOutput);
      } else if (file !== undefined) {
        await printLine(context, `\n${context.stdout.paint("green", "✔")} saved as ${printable(file)}`);
      }
      return exitCodes.done;
    } finally {
      client.dispose();
    }
  },
};

function profileText({ name, root, sample }: ProfileOutput, { paint, columns }: CliContext["stdout"]): string {
  const options = { paint, columns, root };
  return [
    printable(`${name} · ${workerName(sample.worker)} · pid ${sample.worker.pid} · ${root}`),
    "",
    ...sampleLines(sample, options),
    ...treeLines(sample, options),
  ].join("\n");
}

async function save(file: string, profile: string | undefined): Promise<void> {
  try {
    if (profile === undefined) {
      throw new Error("the supervisor sent none");
    }
    await writeFile(file, profile);
  } catch (error) {
    throw new HitlessError("usage", `--out could not be written: ${toHitlessError(error).message}`);
  }
}
