import type { ErrorOutput } from "../shared/cliOutput.ts";
import { HitlessError, toHitlessError } from "../shared/errors.ts";
import { nearest } from "../shared/text/suggestion.ts";
import { commandHelp, overviewHelp } from "./arguments/help.ts";
import { parseCommand } from "./arguments/parseCommand.ts";
import { pm2Advice, pm2Verbs } from "./arguments/pm2Verbs.ts";
import { type CliContext, exitCodes } from "./cliContext.ts";
import { type Command, jsonText, printLine, say } from "./command.ts";
import { completionCommand } from "./commands/completion.ts";
import { fleetCheckCommand } from "./commands/fleets/fleetCheck.ts";
import {
  fleetGracefulReloadCommand,
  fleetReloadCommand,
  fleetRestartCommand,
  fleetRollbackCommand,
} from "./commands/fleets/fleetRenew.ts";
import { fleetHistoryCommand, fleetStatusCommand } from "./commands/fleets/fleetStatus.ts";
import { historyCommand } from "./commands/history.ts";
import { heapSnapshotCommand } from "./commands/inspect/heapSnapshot.ts";
import { monitCommand } from "./commands/inspect/monit.ts";
import { profileCommand } from "./commands/inspect/profile.ts";
import { layersCommand } from "./commands/layers.ts";
import { listCommand } from "./commands/list.ts";
import { logsCommand } from "./commands/logs.ts";
import { connectCommand } from "./commands/machines/connect.ts";
import { machinesCommand } from "./commands/machines/machines.ts";
import { prepareCommand } from "./commands/machines/prepare.ts";
import { importCommand } from "./commands/pm2/importFile.ts";
import { rehearseCommand } from "./commands/rehearsal.ts";
import { gracefulReloadCommand, reloadCommand, restartCommand } from "./commands/renew.ts";
import { requestsCommand } from "./commands/requests.ts";
import { rollbackCommand } from "./commands/rollback.ts";
import { scaleCommand } from "./commands/scale.ts";
import { startCommand } from "./commands/start.ts";
import { statusCommand } from "./commands/status.ts";
import { stopCommand } from "./commands/stop.ts";
import { mcpCommand } from "./commands/supervisor/mcp.ts";
import { upgradeCommand } from "./commands/supervisor/upgrade.ts";
import { systemdCommand } from "./commands/systemd.ts";
import { watchCommand } from "./commands/watch.ts";
import { continueCommand } from "./commands/workers/continue.ts";
import { drainCommand } from "./commands/workers/drain.ts";
import { killCommand } from "./commands/workers/kill.ts";
import { complete } from "./completion/complete.ts";
import { errorText } from "./show/statusTexts.ts";

/** In the order of the help. */
export const commands: readonly Command[] = [
  startCommand,
  listCommand,
  statusCommand,
  monitCommand,
  logsCommand,
  requestsCommand,
  layersCommand,
  profileCommand,
  heapSnapshotCommand,
  reloadCommand,
  gracefulReloadCommand,
  restartCommand,
  rollbackCommand,
  rehearseCommand,
  upgradeCommand,
  watchCommand,
  historyCommand,
  scaleCommand,
  drainCommand,
  continueCommand,
  killCommand,
  stopCommand,
  systemdCommand,
  importCommand,
  machinesCommand,
  prepareCommand,
  fleetStatusCommand,
  fleetCheckCommand,
  fleetReloadCommand,
  fleetGracefulReloadCommand,
  fleetRestartCommand,
  fleetRollbackCommand,
  fleetHistoryCommand,
  mcpCommand,
  completionCommand,
  connectCommand,
];

/** Runs a command line and resolves with the exit code; never rejects. */
export async function runCommandLine(context: CliContext, words: readonly string[]): Promise<number> {
  try {
    return await dispatch(asksForJson(words) ? forPrograms(context) : context, words);
  } catch (thrown) {
    const error = toHitlessError(thrown);
    if (asksForJson(words)) {
      const { code, message, detail } = error;
      const output: ErrorOutput = { error: { code, message, detail: [...detail] } };
      await context.stderr.write(`${jsonText(output)}\n`);
    } else {
      say(context, errorText(error, context.stderr.paint));
    }
    return exitCodeOf(error);
  } finally {
    for (const opened of context.atEnd.splice(0)) {
      opened.dispose();
    }
  }
}

async function dispatch(context: CliContext, words: readonly string[]): Promise<number> {
  const [first, ...rest] = words;
  const { paint } = context.stdout;
  const specs = commands.map(({ spec }) => spec);
  if (first === undefined) {
    say(context, overviewHelp(specs, context.identity.version, context.stderr.paint).trimEnd());
    return exitCodes.usage;
  }
  if (first === "--version" || first === "-v") {
    await printLine(context, context.identity.version);
    return exitCodes.done;
  }
  if (first === "complete") {
    await complete(context, specs, rest);
    return exitCodes.done;
  }
  const asksHelp = first === "--help" || first === "-h" || first === "help";
  if (asksHelp && (first !== "help" || rest[0] === undefined)) {
    await context.stdout.write(overviewHelp(specs, context.identity.version, paint));
    return exitCodes.done;
  }
  const { command, rest: left } = findCommand(asksHelp ? rest : words);
  if (asksHelp) {
    await context.stdout.write(commandHelp(command.spec, paint));
    return exitCodes.done;
  }
  const parsed = parseCommand(command.spec, left);
  if (parsed.has("help")) {
    await context.stdout.write(commandHelp(command.spec, paint));
    return exitCodes.done;
  }
  return command.run(context, parsed);
}

/** The command that the first words name, such as `list` or `machine prepare`, and the words after its name. */
function findCommand(words: readonly string[]): { readonly command: Command; readonly rest: readonly string[] } {
  for (const length of [2, 1]) {
    const named = words.slice(0, length).join(" ");
    const written = Object.hasOwn(pm2Verbs, named) ? pm2Verbs[named] : named;
    const command = commands.find(({ spec }) => spec.name === written);
    if (command !== undefined) {
      return { command, rest: words.slice(length) };
    }
  }
  const [first = "", second] = words;
  const inside = commands.map(({ spec }) => spec.name).filter((known) => known.startsWith(`${first} `));
  if (inside.length > 0) {
    const kinds = inside.map((known) => known.slice(first.length + 1)).join(", ");
    const problem = second === undefined ? `hitless ${first}: say what` : `There is no command "${first} ${second}"`;
    throw new HitlessError("usage", `${problem}: ${kinds}.\nSee: hitless --help`);
  }
  const name = first;
  if (Object.hasOwn(pm2Advice, name)) {
    throw new HitlessError("usage", `"${name}" is a command of pm2: ${pm2Advice[name]}.`);
  }
  const kind = name.startsWith("-") ? "flag" : "command";
  const meant = nearest(
    name,
    commands.map(({ spec }) => spec.name),
  );
  const hint = meant === undefined ? "" : ` Did you mean "hitless ${meant}"?`;
  throw new HitlessError("usage", `There is no ${kind} "${name}".${hint}\nSee: hitless --help`);
}

/** With `--json` stderr holds the error and nothing else. */
function forPrograms(context: CliContext): CliContext {
  const stderr = Object.create(context.stderr, { isForPrograms: { value: true } });
  return Object.create(context, { stderr: { value: stderr } });
}

function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return words.slice(0, end === -1 ? undefined : end).includes("--json");
}

function exitCodeOf(error: HitlessError): number {
  switch (error.code) {
    case "usage":
    case "badConfig":
      return exitCodes.usage;
    case "appNotFound":
      return exitCodes.noSuchApp;
    default:
      return exitCodes.failed;
  }
}
