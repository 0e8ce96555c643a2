import { resolve } from "node:path";
import { workerName } from "../../../shared/text/workerName.ts";
import { helpFlag, onFlag } from "../../arguments/commandSpec.ts";
import { wantedWorker } from "../../arguments/workerArgument.ts";
import { exitCodes } from "../../cliContext.ts";
import { type Command, printLine } from "../../command.ts";
import { connectToApp } from "../../run/findApp.ts";
import { findWorker } from "../../run/findWorker.ts";
import { during } from "../../terminal/progressLine.ts";
import { byteCount, duration } from "../../terminal/units.ts";

export const heapSnapshotCommand: Command = {
  spec: {
    name: "heap-snapshot",
    summary: "Write what is in the memory of a worker into a file",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)" }],
    flags: [
      {
        name: "worker",
        value: "SLOT",
        help: "This worker (default: the first that is ready; see: hitless status NAME)",
      },
      {
        name: "out",
        value: "FILE",
        help: "The file, on the machine of the app (default: NAME-worker-ID-TIME.heapsnapshot)",
      },
      onFlag,
      helpFlag,
    ],
    details: [
      "The worker answers nothing meanwhile, about a second for 50 MB of heap, and needs as much memory again: near its limit it may be killed for that. With `unresponsiveAfter` it counts as any worker that does not answer.",
      "The file holds all that the app has in memory, passwords and tokens too; only you may read it. It opens in Chrome's developer tools and in VS Code.",
    ],
    examples: ["hitless heap-snapshot api", "hitless heap-snapshot api --worker 1 --out before.heapsnapshot"],
  },
  async run(context, parsed) {
    const wanted = wantedWorker("heap-snapshot", parsed);
    const client = await connectToApp(context, parsed);
    try {
      const ready = ({ state }: { readonly state: string }): boolean => state === "ready";
      const worker =
        wanted === undefined ? client.snapshot.workers.find(ready) : findWorker(client.snapshot, wanted, ready);
      const { name } = client.snapshot.app;
      const named = `${name.replace(/[^\w.-]+/g, "-")}-worker-${worker?.id ?? 0}-${Date.now()}.heapsnapshot`;
      const file = resolve(context.cwd, parsed.value("out") ?? named);
      const asked = client.request("layers/heapSnapshot", {
        ...(worker === undefined ? {} : { worker: worker.id }),
        file,
      });
      const result = await during(
        context.stderr,
        "the worker to write its heap; it answers nothing else meanwhile",
        asked,
      );
      await printLine(
        context,
        `${context.stdout.paint("green", "✔")} ${name}: ${workerName(result.worker)} wrote ${result.file} (${byteCount(result.bytes)}), and did nothing else for ${duration(result.ms)}`,
      );
      return exitCodes.done;
    } finally {
      client.dispose();
    }
  },
};
