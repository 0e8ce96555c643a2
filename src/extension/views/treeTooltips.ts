import type { WorkerFigures } from "../../shared/facts/pulseFigures.ts";
import type { Failure } from "../../shared/failure.ts";
import type { Snapshot, WatchView, WorkerView } from "../../shared/snapshot.ts";
import { workerName } from "../../shared/text/workerName.ts";
import { type AppView, isActive, workerCounts } from "../apps/appView.ts";
import type { Localize } from "../platform/localize.ts";
import { browsableAddress } from "../presentation/browsableAddress.ts";
import { memoryWord, percentWord } from "../presentation/figureWords.ts";
import { codeBlock, escapeMarkdown, factList } from "../presentation/markdown.ts";
import { appWord, durationWord, renewalWord, workerWord } from "../presentation/stateWords.ts";
import { nodeFact, supervisorFact } from "../presentation/supervisorWords.ts";

/** Lines of a program's stderr in a tooltip. */
const stderrLines = 8;

/** Requests or stack frames in a tooltip. */
const listedLines = 10;

/** All that is known of an app, as Markdown. */
export function appTooltip(app: AppView, now: number, t: Localize): string {
  const { snapshot } = app;
  const live = isActive(app) ? snapshot : undefined;
  const { ready, desired } = workerCounts(app);
  const title = `**${escapeMarkdown(app.name)}** — ${escapeMarkdown(appWord(app, t))}`;
  const waits = snapshot?.app.nextRestartAt;
  const facts = factList([
    [t("Workers"), live && t("{0} of {1} ready", ready, desired)],
    [t("Generation"), live && `${live.app.generation}`],
    [t("Reload"), live?.renewal && renewalWord(live.renewal, t)],
    [t("Next attempt in"), waits === undefined ? undefined : durationWord(waits - now, t)],
    [t("Health checks"), live?.app.health],
    [t("Log files"), logFilesOf(live)],
    [t("Crashes since the last reload or start"), count(live?.app.crashes?.count)],
    [t("Up for"), live && durationWord(now - live.app.startedAt, t)],
    [t("Connections waiting for a worker"), count(live?.app.waitingConnections)],
    [t("Connections refused"), count(live?.app.refusedConnections)],
    [t("Next reload by schedule"), scheduleText(snapshot)],
    [t("Watching"), watchText(snapshot?.app.watch, t)],
    [t("Entry"), snapshot?.app.entry ?? app.resting?.entry],
    [t("Folder"), app.root],
    ["Node.js", nodeFact(app, t)],
    [t("Supervisor"), supervisorFact(app, t)],
  ]);
  const links = live === undefined || live.app.addresses.length === 0 ? "" : addressLine(live.app.addresses, t);
  const reason = app.problem === undefined ? failureText(snapshot?.app.failure) : escapeMarkdown(app.problem);
  const unused = app.unused === undefined ? "" : t("hitless.json names it too ({0}); the settings win", app.unused);
  return [title, reason, links, facts, escapeMarkdown(unused)].filter((part) => part !== "").join("\n\n");
}

function logFilesOf(snapshot: Snapshot | undefined): string | undefined {
  const { file, errorFile, problem } = snapshot?.app.logs ?? {};
  const files = [file, errorFile].filter((path) => path !== undefined).join(", ");
  return problem ?? (files === "" ? undefined : files);
}

/** Addresses that a browser can open are links. */
function addressLine(addresses: readonly string[], t: Localize): string {
  const words = addresses.map((address) =>
    /^https?:\/\/[\w.[\]:-]+\/?$/.test(address)
      ? `[${escapeMarkdown(address)}](${browsableAddress(address)})`
      : escapeMarkdown(address),
  );
  return `${escapeMarkdown(t("Listens on"))}: ${words.join(", ")}`;
}

/** Also of an app that has ended by itself, which its schedule starts again. */
function scheduleText(snapshot: Snapshot | undefined): string | undefined {
  const { schedule, nextScheduledAt } = snapshot?.app ?? {};
  return nextScheduledAt === undefined ? schedule : `${new Date(nextScheduledAt).toLocaleString()} (${schedule})`;
}

function watchText(watch: WatchView | undefined, t: Localize): string | undefined {
  if (watch === undefined || watch.state === "off") {
    return undefined;
  }
  return watch.problem ?? t("reloads when a file is saved");
}

/** What deserves a line only if there is any. */
function count(number: number | undefined): string | undefined {
  return number === undefined || number === 0 ? undefined : String(number);
}

/** All that is known of a worker, and why the previous one ended. */
export function workerTooltip(
  worker: WorkerView,
  figures: WorkerFigures | undefined,
  now: number,
  t: Localize,
): string {
  const { drain, drainDeadline, readyAt, startedAt, lastFailure } = worker;
  const title = `**${escapeMarkdown(workerName(worker, t))}** — ${escapeMarkdown(workerWord(worker, t))}`;
  const memory = figures?.memory ?? worker.memory;
  const links = worker.addresses.length === 0 ? "" : addressLine(worker.addresses, t);
  const facts = factList([
    [t("Process"), `${worker.pid}`],
    [t("Generation"), `${worker.generation}`],
    // Commands and events name it by this number, which no other worker gets.
    [t("Number for the command line"), `${worker.id}`],
    [t("Up for"), durationWord(now - startedAt, t)],
    [t("Ready after"), readyAt === undefined ? undefined : t("{0} ms", readyAt - startedAt)],
    [t("Requests in flight"), drain && `${drain.requests}`],
    [t("Open connections"), drain && connectionWords(drain)],
    [t("Handed over"), drain?.handedOver === undefined ? undefined : `${drain.handedOver}`],
    [t("Memory"), memory === undefined ? undefined : memoryWord(memory)],
    [t("CPU"), figures && percentWord(figures.cpu)],
    [t("Requests a second"), decimal(figures?.requestsPerSecond)],
    [t("Latency p99"), figures?.latencyP99 === undefined ? undefined : t("{0} ms", decimal(figures.latencyP99) ?? "")],
    [t("Event loop busy"), figures?.busy === undefined ? undefined : percentWord(figures.busy)],
    [t("Loop delay p99"), figures?.delayP99 === undefined ? undefined : t("{0} ms", decimal(figures.delayP99) ?? "")],
    [t("Cut in"), drainDeadline === undefined ? undefined : durationWord(drainDeadline - now, t)],
    [t("Restarts after a crash"), worker.restarts === 0 ? undefined : `${worker.restarts}`],
  ]);
  const last =
    lastFailure === undefined ? "" : `${escapeMarkdown(t("The previous worker:"))} ${failureText(lastFailure)}`;
  const requests = (drain?.inFlight ?? []).map(
    ({ method, url, since }) => `${method} ${url} · ${durationWord(now - since, t)}`,
  );
  const stuck = (worker.stuckAt ?? []).map(({ function: name, file, line }) => `${name} (${file}:${line})`);
  const lists = [requests, stuck]
    .filter((lines) => lines.length > 0)
    .map((lines) => codeBlock(lines.slice(0, listedLines)));
  return [title, links, facts, ...lists, last].filter((part) => part !== "").join("\n\n");
}

function decimal(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(Math.round(value * 10) / 10);
}

/** How many connections, by kind. */
function connectionWords({ connections, kinds }: NonNullable<WorkerView["drain"]>): string {
  const words = Object.entries(kinds ?? {}).flatMap(([kind, count]) => (count > 0 ? [`${count} ${kind}`] : []));
  return words.length === 0 ? `${connections}` : `${connections} (${words.join(", ")})`;
}

function failureText(failure: Failure | undefined): string {
  if (failure === undefined) {
    return "";
  }
  const lines = tellingLines(failure.stderr);
  return escapeMarkdown(failure.message) + (lines.length === 0 ? "" : `\n\n${codeBlock(lines)}`);
}

/** The last lines that concern the app: Node's own frames and version are left out. */
function tellingLines(stderr: readonly string[]): string[] {
  return stderr
    .filter((line) => line.trim() !== "" && !/\(?node:[\w/]+(:\d+){1,2}\)?|^Node\.js v\d/.test(line))
    .slice(-stderrLines);
}
