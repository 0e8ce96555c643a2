import type { SupervisorClient } from "../../client/supervisorClient.ts";
import type { RenewOutput } from "../../shared/cliOutput.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { RenewalKind } from "../../shared/snapshot.ts";
import { type CliContext, exitCodeOfSignal, exitCodes, type StopSignal } from "../cliContext.ts";
import { type Command, printJson, printLine, say } from "../command.ts";
import { type CommandSpec, helpFlag, jsonFlag } from "../commandSpec.ts";
import { connectToApp } from "../findApp.ts";
import { wholeNumber } from "../numbers.ts";
import { openProgressLine } from "../progressLine.ts";
import { onStopSignal } from "../signals.ts";
import { renewalProgress, reportText } from "../texts.ts";

const flags: CommandSpec["flags"] = [
  { name: "worker", value: "ID", help: "Only the worker with this id (see: hitless status NAME)" },
  jsonFlag,
  helpFlag,
];
const operands: CommandSpec["operands"] = [{ name: "NAME", what: "the name of an app (see: hitless list)" }];
const outcome =
  "Waits until it is over and prints the report. Exits with 0 when it completed, with 1 when it was rolled back, cancelled\n" +
  "or failed. Ctrl-C cancels it while new workers are starting; a second Ctrl-C leaves without waiting.";

export const reloadCommand = renewCommand("reload", {
  name: "reload",
  summary: "Replace the workers without losing a request",
  operands,
  flags,
  details: ["New workers are started first; the old ones are drained once the new are ready.", outcome],
  examples: ["hitless reload api", "hitless reload api --worker 3", "hitless reload api --json"],
});

export const gracefulReloadCommand = renewCommand("gracefulReload", {
  name: "graceful-reload",
  summary: 'Reload, and send each old worker the message "shutdown"',
  operands,
  flags,
  details: ["As reload; each old worker may finish its own way until its deadline.", outcome],
  examples: ["hitless graceful-reload api"],
});

export const restartCommand = renewCommand("restart", {
  name: "restart",
  summary: "Stop the workers, then start new ones (with a gap)",
  operands,
  flags,
  details: ["Nobody answers between the stop and the start; reload has no such gap.", outcome],
  examples: ["hitless restart api", "hitless restart api --worker 3"],
});

function renewCommand(kind: RenewalKind, spec: CommandSpec): Command {
  return {
    spec,
    async run(context, parsed) {
      const written = parsed.value("worker");
      const worker = written === undefined ? undefined : wholeNumber(spec.name, "--worker", written, 1);
      const client = await connectToApp(context, parsed.operands[0] ?? "");
      try {
        const ended = await renew(context, client, { kind, ...(worker === undefined ? {} : { worker }) });
        if (ended.kind === "left") {
          return exitCodeOfSignal(ended.signal);
        }
        const { name } = client.snapshot.app;
        if (parsed.has("json")) {
          await printJson(context, { name, ...ended.report } satisfies RenewOutput);
        } else {
          await printLine(context, reportText(name, ended.report, context.stdout.paint));
        }
        return ended.report.outcome === "completed" ? exitCodes.done : exitCodes.failed;
      } finally {
        client.dispose();
      }
    },
  };
}

type Ended =
  | { readonly kind: "reported"; readonly report: RenewalReport }
  | { readonly kind: "left"; readonly signal: StopSignal };

async function renew(
  context: CliContext,
  client: SupervisorClient,
  params: { readonly kind: RenewalKind; readonly worker?: number },
): Promise<Ended> {
  const { name } = client.snapshot.app;
  const cancelling = new AbortController();
  const progress = openProgressLine(context.stderr, () => {
    const { renewal } = client.snapshot;
    const text = renewal === undefined ? `waiting for ${name}` : renewalProgress(name, renewal);
    return cancelling.signal.aborted ? `cancelling · ${text}` : text;
  });
  let signals: ReturnType<typeof onStopSignal> | undefined;
  try {
    const left = new Promise<Ended>((resolve) => {
      signals = onStopSignal((signal, times) => {
        if (times > 1) {
          resolve({ kind: "left", signal });
          return;
        }
        if (client.snapshot.renewal?.cancellable === false) {
          say(context, "It is too late to cancel: old workers are being drained. Ctrl-C again leaves without waiting.");
        }
        cancelling.abort();
      });
    });
    const reported = client
      .request("app/renew", params, { signal: cancelling.signal })
      .then((report): Ended => ({ kind: "reported", report }));
    return await Promise.race([reported, left]);
  } finally {
    signals?.dispose();
    progress.end();
  }
}
