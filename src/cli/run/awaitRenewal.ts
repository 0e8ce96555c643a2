import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { RenewOutput } from "../../shared/cliOutput.ts";
import type { RenewalReport } from "../../shared/report.ts";
import { type CliContext, exitCodes } from "../cliContext.ts";
import { printJson, printLine, say } from "../command.ts";
import { reportText } from "../show/reportLines.ts";
import { pausedWorkersText, renewalProgress } from "../show/statusTexts.ts";
import { runInterruptible } from "./interruptible.ts";

export interface RenewalWish {
  /** Sends the request for the renewal; aborting the signal cancels it. */
  readonly request: (cancelled: AbortSignal) => Promise<RenewalReport>;
  readonly json: boolean;
}

/** Waits for a renewal, showing its progress, prints its report, and resolves with the exit code. */
export async function awaitRenewal(
  context: CliContext,
  client: SupervisorClient,
  { request, json }: RenewalWish,
): Promise<number> {
  const { name } = client.snapshot.app;
  const ended = await runInterruptible(context, {
    request,
    progress(cancelling) {
      const { renewal, workers } = client.snapshot;
      const text =
        renewal === undefined
          ? `waiting for ${name}`
          : [renewalProgress(name, renewal), ...pausedWorkersText(name, workers)].join(" · ");
      return cancelling ? `cancelling · ${text}` : text;
    },
    onDidCancel() {
      if (client.snapshot.renewal?.cancellable === false) {
        say(context, "It is too late to cancel: old workers are being drained. Ctrl-C again leaves without waiting.");
      }
    },
  });
  if (ended.kind === "left") {
    return ended.exitCode;
  }
  const report = ended.result;
  if (json) {
    await printJson(context, { name, ...report } satisfies RenewOutput);
  } else {
    await printLine(context, reportText(name, report, context.stdout.paint));
  }
  return report.outcome === "completed" ? exitCodes.done : exitCodes.failed;
}
