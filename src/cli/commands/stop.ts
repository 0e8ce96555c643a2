import { type Stopped, stopApp } from "../../client/connection/stopApp.ts";
import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import type { StopOutput } from "../../shared/cliOutput.ts";
import { HitlessError } from "../../shared/errors.ts";
import { allFlag, helpFlag, jsonFlag, onFlag, type ParsedCommand } from "../arguments/commandSpec.ts";
import { type CliContext, exitCodeOfSignal, exitCodes, type StopSignal } from "../cliContext.ts";
import { type Command, printJson, printLine } from "../command.ts";
import { chooseRunning, connectTo, placeOf } from "../run/findApp.ts";
import { onStopSignal } from "../run/interrupts.ts";
import { onlyFlag, pm2Operand } from "../run/pm2/pm2Operand.ts";
import { forEachApp, forEachNamed, oneApp } from "../run/several/forEachApp.ts";
import { runningOfPm2File } from "../run/several/renewPm2File.ts";
import { killedAtOnceText, killedText, unreadText } from "../show/statusTexts.ts";
import { openProgressLine } from "../terminal/progressLine.ts";
import { count } from "../terminal/units.ts";

export const stopCommand: Command = {
  spec: {
    name: "stop",
    summary: "Stop an app gracefully, and its supervisor",
    operands: [{ name: "NAME…", what: "the name of an app (see: hitless list)", optional: true, several: true }],
    flags: [{ name: "now", help: "Kill the workers at once" }, allFlag, onlyFlag, onFlag, jsonFlag, helpFlag],
    details: [
      "Requests in flight are finished first. Ctrl-C kills the workers that are left; a second Ctrl-C leaves without waiting.",
    ],
    examples: ["hitless stop api", "hitless stop api --now", "hitless stop 'worker-*'", "hitless stop --all"],
  },
  async run(context, parsed) {
    const file = await pm2Operand(context, parsed);
    if (file !== undefined) {
      oneApp("stop", parsed, true);
      const place = await placeOf(context, parsed);
      const running = await runningOfPm2File(context, place, { file, parsed });
      if (running.length === 0) {
        throw new HitlessError("appNotFound", `No app of ${file} runs.`);
      }
      return forEachNamed(context, running, async (endpoint) =>
        stopOne(context, await connectTo(context, place, endpoint), parsed),
      );
    }
    const { place, endpoints } = await chooseRunning(context, "stop", parsed);
    return forEachApp(context, endpoints, oneApp("stop", parsed), async (endpoint) =>
      stopOne(context, await connectTo(context, place, endpoint), parsed),
    );
  },
};

async function stopOne(context: CliContext, client: SupervisorClient, parsed: ParsedCommand): Promise<number> {
  const { name } = client.snapshot.app;
  const progress = openProgressLine(
    context.stderr,
    () => `stopping ${name} · ${count(client.snapshot.workers.length, "worker")} left`,
  );
  // Once its supervisor has ended, nobody can tell what the log files have cost.
  const trouble: string[] = [];
  const events = client.onDidEvent(({ level, code, message }) => {
    if (code === "logFile" && level !== "info") {
      trouble.push(message);
    }
  });
  let urgent = false;
  let left: (signal: StopSignal) => void;
  const leaving = new Promise<StopSignal>((resolve) => {
    left = resolve;
  });
  const signals = onStopSignal((signal, times) => {
    if (signal === "SIGINT" && times === 1) {
      urgent = true;
      // Its answer is the same as that of the request that waits already.
      client.request("app/stop", { now: true }).catch(() => undefined);
    } else {
      left(signal);
    }
  });
  let stopped: Stopped | StopSignal;
  try {
    stopped = await Promise.race([stopApp(client, { now: parsed.has("now") }), leaving]);
  } finally {
    signals.dispose();
    events.dispose();
    progress.end();
    client.dispose();
  }
  for (const message of trouble) {
    await context.stderr.write(`${context.stderr.paint("yellow", "!")} ${message}\n`);
  }
  if (typeof stopped === "string") {
    return exitCodeOfSignal(stopped);
  }
  const { killed } = stopped;
  if (parsed.has("json")) {
    await printJson(context, { name, supervisorPid: client.endpoint.pid, ...stopped } satisfies StopOutput);
  } else {
    const { paint } = context.stdout;
    const details =
      killed === 0
        ? ""
        : `\n  ${parsed.has("now") || urgent ? killedAtOnceText(killed, paint) : killedText(killed, paint)}`;
    const rest = unreadText(stopped, client.endpoint.pid);
    await printLine(
      context,
      `${paint("green", "✔")} ${name} stopped${details}${rest && `\n  ${paint("yellow", rest)}`}`,
    );
  }
  return exitCodes.done;
}
