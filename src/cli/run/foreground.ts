import { setTimeout as delay } from "node:timers/promises";
import { leaveSupervisor } from "../../client/connection/stopApp.ts";
import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { type CliContext, exitCodeOfSignal, exitCodes, type StopSignal } from "../cliContext.ts";
import { say } from "../command.ts";
import { hitlessLine, printEvents } from "../show/eventPrinter.ts";
import { failureText, readyLine, startProgress } from "../show/statusTexts.ts";
import { openWaitNotes } from "../terminal/progressLine.ts";
import { byteCount, count } from "../terminal/units.ts";
import { onReloadSignal } from "./interrupts.ts";
import { pumpLogs } from "./logPump.ts";
import { openRawOutput } from "./rawOutput.ts";
import { openServiceNotice } from "./serviceNotice.ts";
import { type Outcome, watchApp } from "./startOutcome.ts";

/** Milliseconds for the reader to take the last output, once the user has requested the end. */
const lastOutputMs = 3_000;

/** Characters buffered here for a reader of the output that has stalled. */
const mostAhead = 64 * 1_048_576;

/** The user's stop requests, which may come before there is anything to stop. */
export interface StopWishes {
  /** Calls back for each request, earlier ones included. */
  listen(listener: (signal: StopSignal, times: number) => void): void;
}

/**
 * Shows an app in this terminal until it ends, and stops it on request.
 * @returns The exit code, or that its supervisor has died.
 */
export async function runInForeground(
  context: CliContext,
  client: SupervisorClient,
  wishes: StopWishes,
): Promise<number | "lost"> {
  const { stderr } = context;
  const tell = (message: string) => void stderr.write(hitlessLine(stderr, message));
  const ending = new AbortController();
  let asked = false;
  let urgent: StopSignal | undefined;
  const stop = (now: boolean) => client.request("app/stop", now ? { now } : {}).catch(() => undefined);

  const events = printEvents(client, stderr);
  client.onDidMove(() => tell(movedText(client)));
  const raw = openRawOutput(context);
  const output = pumpLogs(client, {
    cursor: 0,
    receive: raw.write,
    lossless: !context.stdout.isTerminal,
    ahead: mostAhead,
    onDidSkip: (bytes) => tell(`${byteCount(bytes)} of output were skipped: it was read too slowly`),
    ending: ending.signal,
  })
    .catch(() => undefined)
    .then(raw.end);
  const { ready, ended } = watchApp(client, true);
  const service = openServiceNotice({ client, environment: context.environment, trouble: tell });
  let waitsFor: (() => string) | undefined = () => startProgress(client.snapshot);
  const notes = openWaitNotes(stderr, () => waitsFor?.());
  void ready.then(() => {
    waitsFor = undefined;
    say(context, readyLine(client.snapshot));
    service.ready();
  });

  const hurried = new Promise<void>((resolve) => {
    wishes.listen((signal, times) => {
      asked = true;
      waitsFor = () => `stopping · ${count(client.snapshot.workers.length, "worker")} left`;
      void stop(times > 1);
      if (times > 1) {
        urgent = signal;
        // After an urgent stop, a stalled reader is not waited for either.
        resolve();
      } else if (stderr.isTerminal && signal === "SIGINT") {
        tell("stopping gracefully; Ctrl-C again stops at once");
      }
    });
  });
  context.stdout.onDidBreak(() => {
    asked = true;
    tell("nobody reads the output any more; stopping");
    void stop(false);
  });
  const reloads = onReloadSignal(() => {
    client.request("app/renew", { kind: "reload" }).catch((error: Error) => tell(error.message));
  });

  /** After a stop request, a stalled reader is not waited for. */
  const deliverRest = async (read: Promise<void>) => {
    const delivered = read.then(() => (asked ? context.stdout.flush() : undefined));
    const patience = delay(lastOutputMs, "late", { ref: false });
    const late = await Promise.race([delivered, hurried.then(() => "late"), asked ? patience : delivered]);
    if (late !== undefined) {
      context.stdout.giveUp();
    }
  };

  const outcome = await ended;
  reloads.dispose();
  await service.end();
  await events;
  // An app that ended by itself leaves its supervisor behind, which is of no use without a terminal.
  await stop(false);
  ending.abort();
  waitsFor = () => "waiting for the reader of the last output";
  await deliverRest(output);
  waitsFor = () => "waiting for the supervisor to end";
  await leaveSupervisor(client);
  notes.end();
  if (urgent !== undefined) {
    return exitCodeOfSignal(urgent);
  }
  return asked ? exitCodes.done : conclude(context, outcome);
}

/** Another supervisor has taken the app over. */
export function movedText({ endpoint, snapshot }: SupervisorClient): string {
  const { version, nodeVersion } = snapshot.supervisor;
  return `followed to the new supervisor (pid ${endpoint.pid}, Hitless ${version}, Node.js ${nodeVersion})`;
}

/** Reports how the app ended without a stop request from here. */
function conclude(context: CliContext, outcome: Outcome): number | "lost" {
  switch (outcome.kind) {
    case "failed":
      // Its stderr has been printed as it came.
      say(context, failureText(outcome.failure, context.stderr.paint, { withStderr: false }));
      return exitCodes.failed;
    case "lost":
      return "lost";
    case "finished":
    case "stopped":
      return exitCodes.done;
  }
}
