import { stopApp } from "../../client/connection/stopApp.ts";
import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { statusOutput } from "../../shared/cliOutput.ts";
import { type CliContext, exitCodeOfSignal, exitCodes, type StopSignal } from "../cliContext.ts";
import { printJson, say } from "../command.ts";
import { failureText, finishedText, readyLine, startProgress } from "../show/statusTexts.ts";
import { openProgressLine } from "../terminal/progressLine.ts";
import { count } from "../terminal/units.ts";
import type { StopWishes } from "./foreground.ts";
import { type Outcome, watchApp } from "./startOutcome.ts";

export interface AwaitReadyOptions {
  readonly json: boolean;
  /** Whether an app that does not come up is stopped, with its supervisor. */
  readonly stopOnFailure: boolean;
  /** Whether it is a job, which is meant to end by itself. */
  readonly isJob?: boolean;
  /** Told in place of the person that the app runs, but has not become ready. */
  readonly onDidNotListen?: () => void;
}

type Settled = Outcome | { readonly kind: "ready" } | { readonly kind: "signal"; readonly signal: StopSignal };

/** Waits until the app is up, prints that, and leaves it running. Returns the exit code. */
export async function awaitReady(
  context: CliContext,
  client: SupervisorClient,
  wishes: StopWishes,
  { json, stopOnFailure, isJob = false, onDidNotListen }: AwaitReadyOptions,
): Promise<number> {
  const { ready, ended } = watchApp(client);
  let isStopping = false;
  const progress = openProgressLine(context.stderr, () => {
    const { app, workers } = client.snapshot;
    return isStopping
      ? `stopping ${app.name} · ${count(workers.length, "worker")} left`
      : startProgress(client.snapshot);
  });
  const asked = new Promise<Settled>((resolve) => {
    wishes.listen((signal, times) => {
      resolve({ kind: "signal", signal });
      if (times > 1 && stopOnFailure) {
        // Its answer is the same as that of the pending graceful one.
        client.request("app/stop", { now: true }).catch(() => undefined);
      }
    });
  });
  const settled = await Promise.race([ready.then((): Settled => ({ kind: "ready" })), ended, asked]);
  const { schedule } = client.snapshot.app;
  const runsAgain = settled.kind === "finished" && schedule !== undefined;
  if (settled.kind === "ready" || runsAgain) {
    progress.end();
    say(context, runsAgain ? finishedLine(context, client, schedule) : readyLine(client.snapshot));
    if (json) {
      await printJson(context, statusOutput(client.snapshot, client.now()));
    }
    return exitCodes.done;
  }
  try {
    if (settled.kind !== "lost" && stopOnFailure) {
      isStopping = true;
      await stopApp(client, { now: false });
    }
  } finally {
    progress.end();
  }
  if (settled.kind === "finished" && isJob) {
    say(context, finishedLine(context, client));
    return exitCodes.done;
  }
  if (settled.kind === "failed" && settled.failure.code === "notReady" && onDidNotListen !== undefined) {
    onDidNotListen();
    return exitCodes.failed;
  }
  return explain(context, client, settled);
}

function finishedLine({ stderr }: CliContext, { endpoint }: SupervisorClient, schedule?: string): string {
  return `${stderr.paint("green", "✔")} ${finishedText(endpoint.name, schedule)}`;
}

function explain(context: CliContext, client: SupervisorClient, settled: Exclude<Settled, { kind: "ready" }>): number {
  const { paint } = context.stderr;
  const { name, pid } = client.endpoint;
  switch (settled.kind) {
    case "failed":
      say(context, failureText(settled.failure, paint, { withStderr: true }));
      return exitCodes.failed;
    case "finished":
      // `--detach` is for servers: an app that has ended must not pass for a started one.
      say(context, `${paint("red", "✖")} ${name} has finished without listening, so nothing runs`);
      return exitCodes.failed;
    case "stopped":
      say(context, `${paint("red", "✖")} ${name} was stopped before it was ready`);
      return exitCodes.failed;
    case "lost":
      say(context, `${paint("red", "✖")} The supervisor of ${name} (pid ${pid}) has gone, and its workers with it.`);
      return exitCodes.failed;
    case "signal":
      return exitCodeOfSignal(settled.signal);
  }
}
