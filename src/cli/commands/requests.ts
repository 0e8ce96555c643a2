import { setTimeout as wait } from "node:timers/promises";
import { RequestFeed, type SeenRequest } from "../../client/requests/requestFeed.ts";
import type { RequestLine } from "../../shared/cliOutput.ts";
import { hasFailed, usualSlowMs } from "../../shared/layers/slowRequests.ts";
import { workerTag } from "../../shared/text/workerName.ts";
import { helpFlag, jsonFlag, onFlag, type ParsedCommand } from "../arguments/commandSpec.ts";
import { wholeNumber } from "../arguments/wholeNumber.ts";
import { wantedWorker } from "../arguments/workerArgument.ts";
import { type CliContext, exitCodes } from "../cliContext.ts";
import { type Command, jsonText, say } from "../command.ts";
import { connectToApp } from "../run/findApp.ts";
import { findWorker, nameOf } from "../run/findWorker.ts";
import { onStopSignal } from "../run/interrupts.ts";
import type { Paint } from "../terminal/paint.ts";
import { count, duration, localTime, printable } from "../terminal/units.ts";

const lookMs = 500;

export const requestsCommand: Command = {
  spec: {
    name: "requests",
    summary: "Print slow and failed requests as they end, and those that hang",
    operands: [{ name: "NAME", what: "the name of an app (see: hitless list)" }],
    flags: [
      { name: "slow", value: "MS", help: `Slow is what takes this many milliseconds (default ${usualSlowMs}); 0: all` },
      { name: "worker", value: "SLOT", help: "Only the worker in this slot (see: hitless status NAME)" },
      { name: "seconds", value: "N", help: "End after N seconds (default: at Ctrl-C)" },
      onFlag,
      { ...jsonFlag, help: "Print one JSON object a line (shape: docs/cli.md)" },
      helpFlag,
    ],
    details: [
      "Failed is what was answered with a status of 500 or more, or whose client left before the end. Workers\nwatch, through Node's diagnostics channels, only while this runs. HTTP/2 needs Node.js 22.17 or 24.2.",
    ],
    examples: ["hitless requests api", "hitless requests api --slow 100", "hitless requests api --seconds 10 --json"],
  },
  async run(context, parsed) {
    const slowMs = wholeNumber("requests", "--slow", parsed.value("slow") ?? String(usualSlowMs), 0);
    const wanted = wantedWorker("requests", parsed);
    const seconds = optionalNumber(parsed, "seconds");
    const client = await connectToApp(context, parsed);
    const ending = new AbortController();
    const end = () => ending.abort();
    const signals = onStopSignal(end);
    const timer = seconds === undefined ? undefined : setTimeout(end, seconds * 1_000);
    context.stdout.onDidBreak(end);
    try {
      const worker = wanted && findWorker(client.snapshot, wanted, ({ state }) => state === "ready").id;
      const feed = new RequestFeed(client, { slowMs, ...(worker === undefined ? {} : { worker }) });
      const nameIt = (id: number) => nameOf(client.snapshot.workers, id);
      await follow(context, { feed, nameOf: nameIt, slowMs, asJson: parsed.has("json"), ending: ending.signal });
      return exitCodes.done;
    } catch (error) {
      if (!client.closed) {
        throw error;
      }
      say(context, context.stderr.paint("dim", "hitless the supervisor has gone"));
      return exitCodes.done;
    } finally {
      clearTimeout(timer);
      signals.dispose();
      client.dispose();
    }
  },
};

interface FollowOptions {
  readonly feed: RequestFeed;
  readonly nameOf: (worker: number) => string;
  readonly slowMs: number;
  readonly asJson: boolean;
  readonly ending: AbortSignal;
}

async function follow(context: CliContext, { feed, nameOf, slowMs, asJson, ending }: FollowOptions): Promise<void> {
  const hanging = new Set<string>();
  const { stdout, stderr } = context;
  const format = (request: SeenRequest, isOpen: boolean): string =>
    asJson ? jsonText(toLine(request, isOpen)) : requestText(request, isOpen, stdout.paint);
  let silent = "";
  let last = false;
  for (;;) {
    const { ended, skipped } = await feed.look();
    const slow = feed.inFlight.filter(({ ms }) => ms >= Math.max(slowMs, 1_000));
    const fresh = slow.filter((request) => !hanging.has(keyOf(request)));
    for (const request of fresh) {
      hanging.add(keyOf(request));
    }
    for (const request of ended) {
      hanging.delete(keyOf(request));
    }
    const lines = [...ended.map((one) => format(one, false)), ...fresh.map((one) => format(one, true))];
    await stdout.write(lines.map((line) => `${line}\n`).join(""));
    if (skipped > 0) {
      say(context, stderr.paint("dim", `hitless ${count(skipped, "request")} more ended meanwhile`));
    }
    const missing = feed.silent.map(nameOf).join(", ");
    if (missing !== silent && missing !== "") {
      say(context, stderr.paint("yellow", `hitless ${missing} does not answer: its event loop is blocked`));
    }
    silent = missing;
    if (last) {
      return;
    }
    // What ended since the last look is still told.
    last = await wait(lookMs, false, { signal: ending }).catch(() => true);
  }
}

function keyOf({ worker, id }: SeenRequest): string {
  return `${worker}-${id}`;
}

function toLine(request: SeenRequest, isOpen: boolean): RequestLine {
  const { worker, slot, generation, method, path, startedAt, ms, status } = request;
  return {
    time: startedAt,
    worker,
    slot,
    generation,
    method,
    path,
    ms: Math.round(ms * 10) / 10,
    ...(status === undefined ? {} : { status }),
    outcome: isOpen ? "open" : request.aborted === true ? "aborted" : "answered",
  };
}

/** `2026-01-31 09:05:07  1·4  GET /slow  200  1.2 s`. */
function requestText(request: SeenRequest, isOpen: boolean, paint: Paint): string {
  const { method, path, startedAt, ms, status, aborted } = request;
  const outcome = isOpen ? "in flight" : aborted === true ? "aborted" : String(status ?? "");
  const style = isOpen ? "yellow" : hasFailed(request) ? "red" : "green";
  const parts = [paint("dim", localTime(startedAt)), workerTag(request), `${printable(method)} ${printable(path)}`];
  return [...parts, paint(style, outcome), duration(ms)].join("  ");
}

function optionalNumber(parsed: ParsedCommand, name: string): number | undefined {
  const written = parsed.value(name);
  return written === undefined ? undefined : wholeNumber("requests", `--${name}`, written, 1);
}
