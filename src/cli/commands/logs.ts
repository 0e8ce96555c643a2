import type { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { createLineAssembler } from "../../client/logs/lineAssembler.ts";
import type { LogLine } from "../../shared/cliOutput.ts";
import { HitlessError } from "../../shared/errors.ts";
import type { LogChunk } from "../../shared/logs.ts";
import { workerTag } from "../../shared/text/workerName.ts";
import { helpFlag, jsonFlag, onFlag, type ParsedCommand } from "../arguments/commandSpec.ts";
import { usageError } from "../arguments/parseCommand.ts";
import { wholeNumber } from "../arguments/wholeNumber.ts";
import { type WantedWorker, wantedWorker } from "../arguments/workerArgument.ts";
import { type CliContext, exitCodes } from "../cliContext.ts";
import { type Command, jsonText, say } from "../command.ts";
import { connectToApp } from "../run/findApp.ts";
import { isWanted } from "../run/findWorker.ts";
import { movedText } from "../run/foreground.ts";
import { onStopSignal } from "../run/interrupts.ts";
import { pumpLogs } from "../run/logPump.ts";
import { createLineFormat, type LineFormat } from "../terminal/lineFormat.ts";
import { during } from "../terminal/progressLine.ts";
import { byteCount } from "../terminal/units.ts";

const usualLines = 100;

/** Characters of a line; what is longer is printed as several. */
const longestLine = 16 * 1_048_576;

/** Characters that are kept here for a reader that has stalled. */
const mostAhead = 64 * 1_048_576;

export const logsCommand: Command = {
  spec: {
    name: "logs",
    summary: "Print the output of an app's workers",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)" }],
    flags: [
      { name: "worker", value: "SLOT", help: "Only the worker in this slot (see: hitless status NAME)" },
      { name: "follow", short: "f", help: "Keep printing new output, until Ctrl-C" },
      { name: "lines", short: "n", value: "N", help: `Start with the last N lines (default ${usualLines})` },
      { name: "reopen", help: "Open its log files anew, for one that was moved away, and print their paths" },
      onFlag,
      { ...jsonFlag, help: "Print one JSON object a line (shape: docs/cli.md)" },
      helpFlag,
    ],
    details: [
      "With several workers each line begins with its worker, such as “1·4 │ ” (slot and generation); with one it is as it was\nprinted. The supervisor keeps the last 1 MiB of each worker.",
    ],
    examples: [
      "hitless logs api",
      "hitless logs api --follow",
      "hitless logs api --worker 1 --lines 20",
      "hitless logs api --json",
      "hitless logs api --reopen",
    ],
  },
  async run(context, parsed) {
    const lines = wholeNumber("logs", "--lines", parsed.value("lines") ?? String(usualLines), 0);
    const wanted = wantedWorker("logs", parsed);
    if (parsed.has("reopen")) {
      return await reopen(context, parsed);
    }
    const client = await connectToApp(context, parsed);
    try {
      const worker = wanted && (await workerOf(client, wanted));
      const only = worker === undefined ? {} : { worker };
      const follows = parsed.has("follow");
      // From the beginning: the app may write much before the first lines are printed.
      const first = await during(
        context.stderr,
        `the supervisor of ${client.endpoint.name}`,
        client.request("logs/read", { lines, ...(follows && isLossless(context) && { lossless: true }), ...only }),
      );
      const format = chooseFormat(context, parsed, client, first.chunks);
      const print = createPrinter(context, format);
      await print.chunks(first.chunks);
      if (follows) {
        await follow(context, client, { ...only, cursor: first.cursor, receive: print.chunks });
      }
      await print.rest();
      return exitCodes.done;
    } finally {
      client.dispose();
    }
  },
};

/** Has the supervisor open its log files anew. */
async function reopen(context: CliContext, parsed: ParsedCommand): Promise<number> {
  const other = ["worker", "follow", "lines", "json"].find((flag) => parsed.has(flag));
  if (other !== undefined) {
    throw usageError("logs", `--reopen prints no output, so --${other} has nothing to do; leave it out`);
  }
  const client = await connectToApp(context, parsed);
  try {
    const { files } = await client.request("logs/reopen", {});
    await context.stdout.write(files.map((file) => `${file}\n`).join(""));
    return exitCodes.done;
  } finally {
    client.dispose();
  }
}

/** The id of a worker that lives, or whose output is still kept; of several in a slot the newest. */
async function workerOf(client: SupervisorClient, wanted: WantedWorker): Promise<number> {
  const { app, workers } = client.snapshot;
  const living = workers.filter((worker) => isWanted(worker, wanted)).map(({ id }) => id);
  if (living.length > 0) {
    return Math.max(...living);
  }
  const { chunks } = await client.request("logs/read", { lines: keptLines });
  const ended = chunks.filter((chunk) => isWanted(chunk, wanted)).map(({ worker }) => worker);
  if (ended.length === 0) {
    const text = `${app.name} has no worker ${wanted.written}, and no output of one is kept.`;
    throw new HitlessError("workerNotFound", text);
  }
  return Math.max(...ended);
}

/** All that a supervisor keeps. */
const keptLines = 10_000_000;

function chooseFormat(
  context: CliContext,
  parsed: ParsedCommand,
  client: SupervisorClient,
  chunks: readonly LogChunk[],
): LineFormat {
  if (parsed.has("json")) {
    return (line: LogLine) => jsonText(line);
  }
  const { app, workers } = client.snapshot;
  const ids = new Set([...workers.map(({ id }) => id), ...chunks.map((chunk) => chunk.worker)]);
  const several = parsed.value("worker") === undefined && (app.desiredWorkers > 1 || ids.size > 1);
  const tags = [...workers, ...chunks].map(workerTag);
  return createLineFormat(context.stdout.paint, { several, widest: Math.max(0, ...tags.map(({ length }) => length)) });
}

function createPrinter(context: CliContext, format: LineFormat) {
  const assembler = createLineAssembler(longestLine);
  const { stdout } = context;
  // A colour that a line leaves on ends with it.
  const end = (line: string) => (stdout.isTerminal && line.includes("\u001b") ? "\u001b[0m\n" : "\n");
  const write = (lines: readonly LogLine[]) =>
    stdout.write(
      lines
        .map((line) => format(line))
        .map((line) => `${line}${end(line)}`)
        .join(""),
    );
  return {
    chunks: (chunks: readonly LogChunk[]) => write(chunks.flatMap((chunk) => assembler.add(chunk))),
    rest: () => write(assembler.rest()),
  };
}

/** Whether what is printed is kept somewhere, so that the app has to wait for it. */
function isLossless({ stdout }: CliContext): boolean {
  return !stdout.isTerminal;
}

interface FollowOptions {
  readonly cursor: number;
  readonly worker?: number;
  readonly receive: (chunks: readonly LogChunk[]) => Promise<void>;
}

/** Prints new output until a signal, until the reader is gone, or until the app has stopped. */
async function follow(context: CliContext, client: SupervisorClient, options: FollowOptions): Promise<void> {
  const ending = new AbortController();
  const end = () => ending.abort();
  let leave: () => void;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  // The first ends with what there is; the second does not wait for a supervisor or a reader that has stalled.
  const signals = onStopSignal((_signal, times) => (times > 1 ? leave() : end()));
  context.stdout.onDidBreak(end);
  const checkState = () => {
    if (client.snapshot.app.state === "stopped") {
      end();
    }
  };
  const pace = { lossless: isLossless(context), ahead: mostAhead };
  const states = client.onDidSnapshot(checkState);
  const moves = client.onDidMove(() => say(context, context.stderr.paint("dim", `hitless ${movedText(client)}`)));
  checkState();
  const onDidSkip = (bytes: number) =>
    say(
      context,
      context.stderr.paint("dim", `hitless ${byteCount(bytes)} of output were skipped: it was read too slowly`),
    );
  try {
    await Promise.race([pumpLogs(client, { ...options, ...pace, onDidSkip, ending: ending.signal }), left]);
  } catch (error) {
    if (!client.closed) {
      throw error;
    }
    say(context, context.stderr.paint("dim", "hitless the supervisor has gone"));
  } finally {
    states.dispose();
    moves.dispose();
    signals.dispose();
  }
}
