import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { RenewOutput } from "../../shared/cliOutput.ts";
import type { RenewalReport } from "../../shared/report.ts";
import { type CliContext, exitCodeOfSignal, exitCodes, type StopSignal } from "../cliContext.ts";
import { printJson, printLine, say } from "../command.ts";
import { reportText } from "../show/reportLines.ts";
import { renewalProgress } from "../show/statusTexts.ts";
import { openProgressLine } from "../terminal/progressLine.ts";
import { onStopSignal } from "./interrupts.ts";

export interface RenewalWish {
  /** Asks the supervisor for the renewal; aborting the signal asks it to cancel. */
  readonly request: (cancelled: AbortSignal) => Promise<RenewalReport>;
  readonly json: boolean;
}

/** Waits for a renewal with the progress shown, prints its report, and resolves with the exit code. */
export async function awaitRenewal(
  context: CliContext,
  client: SupervisorClient,
  { request, json }: RenewalWish,
): Promise<number> {
  const ended = await reportOrLeave(context, client, request);
  if (ended.kind === "left") {
    return exitCodeOfSignal(ended.signal);
  }
  const { name } = client.snapshot.app;
  if (json) {
    await printJson(context, { name, ...ended.report } satisfies RenewOutput);
  } else {
    await printLine(context, reportText(name, ended.report, context.stdout.paint));
  }
  return ended.report.outcome === "completed" ? exitCodes.done : exitCodes.failed;
}

type Ended =
  | { readonly kind: "reported"; readonly report: RenewalReport }
  | { readonly kind: "left"; readonly signal: StopSignal };

async function reportOrLeave(
  context: CliContext,
  client: SupervisorClient,
  request: RenewalWish["request"],
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
    const reported = request(cancelling.signal).then((report): Ended => ({ kind: "reported", report }));
    return await Promise.race([reported, left]);
  } finally {
    signals?.dispose();
    progress.end();
  }
}
