import { SupervisorClient } from "../../client/connection/supervisorClient.ts";
import { launchSupervisor } from "../../client/launch/launchSupervisor.ts";
import { describeChoice } from "../../client/recipe/chooseEntry.ts";
import type { Disposable } from "../../shared/basics/disposable.ts";
import { toHitlessError } from "../../shared/errors.ts";
import type { Endpoint } from "../../shared/launch.ts";
import { type FlagSpec, onFlag } from "../arguments/commandSpec.ts";
import { usageError } from "../arguments/parseCommand.ts";
import { startFlags } from "../arguments/startFlags.ts";
import { type CliContext, exitCodeOfSignal, exitCodes, type StopSignal } from "../cliContext.ts";
import { type Command, printJson, printLine, say } from "../command.ts";
import { awaitReady } from "../run/detached.ts";
import { runInForeground, type StopWishes } from "../run/foreground.ts";
import { onStopSignal } from "../run/interrupts.ts";
import { startThere } from "../run/machines/startThere.ts";
import { type ChosenApp, chooseApp, planStart } from "../run/planStart.ts";
import { explainStart, explanationText } from "../show/explanation.ts";
import { during } from "../terminal/progressLine.ts";

/** Node.js looks for its own `--env-file` in all arguments, also behind the script, and reads it before any of our code runs. */
const envFrom: FlagSpec = {
  name: "env-from",
  value: "FILE",
  group: "The app",
  help: "The same; but Node.js reads --env-file itself too, before Hitless can",
};

export const startCommand: Command = {
  spec: {
    name: "start",
    summary: "Start an app, by default in the foreground",
    operands: [{ name: "entry|app", what: "the file to run, or the name of an app", optional: true }],
    takesAppArgs: true,
    flags: [
      ...startFlags.flatMap((flag) => (flag.name === "env-file" ? [flag, envFrom] : [flag])),
      { ...onFlag, group: "This command", help: "On another machine, with --detach (see: hitless machines)" },
    ],
    details: [
      "Without an entry it is found: what package.json scripts.start (or start:prod …) runs, its main, server.js, app.js,\n" +
        "index.js, also in dist, build and src. No script is run by a shell; --explain says what of it is left out.\n" +
        "An app is one of hitless.apps in .vscode/settings.json, or one that runs under a supervisor but has stopped.",
      "In the foreground the app's output is on stdout and stderr as it is; Hitless's own lines are on stderr. Ctrl-C, SIGTERM\n" +
        "and SIGHUP stop the app gracefully, a second one at once. SIGUSR2 reloads it.",
    ],
    examples: [
      "hitless start",
      "hitless start --explain",
      "hitless start server.js --workers max --env PORT=3000",
      "hitless start dist/main.js --detach --ready-url http://127.0.0.1:3000/health",
      "hitless start server.js -- --port 8080",
    ],
  },
  async run(context, parsed) {
    if (parsed.has("on")) {
      return startThere(context, startCommand.spec, parsed);
    }
    if (parsed.has("json") && !parsed.has("detach") && !parsed.has("explain")) {
      throw usageError("start", "--json needs --detach or --explain: in the foreground stdout belongs to the app");
    }
    const app = await during(context.stderr, "what to start", chooseApp(context, parsed));
    if (parsed.has("explain")) {
      return explain(context, app, parsed.has("json"));
    }
    const again = app.kind === "supervised";
    // Until there is something to stop, a signal ends this process as the system does it.
    const wishes = collectWishes();
    try {
      const endpoint = again ? app.endpoint : await launch(context, app, { detached: parsed.has("detach"), wishes });
      const whose = `the supervisor of ${endpoint.name}`;
      const connecting = SupervisorClient.connect(endpoint, context.identity).catch((error: unknown) => {
        // Nobody would look after what was just started: without a client it would run on for its grace period, or for ever.
        wishes.endStarted();
        throw error;
      });
      const client = await during(context.stderr, whose, connecting);
      try {
        if (again) {
          await during(context.stderr, whose, client.request("app/start", {}));
          wishes.begin();
        }
        return again || parsed.has("detach")
          ? await awaitReady(context, client, wishes, { json: parsed.has("json"), stopOnFailure: !again })
          : await runInForeground(context, client, wishes);
      } finally {
        client.dispose();
      }
    } catch (error) {
      if (wishes.first !== undefined && toHitlessError(error).code === "cancelled") {
        return exitCodeOfSignal(wishes.first);
      }
      throw error;
    } finally {
      wishes.dispose();
    }
  },
};

/** Says what a start would run. */
async function explain(context: CliContext, app: ChosenApp, json: boolean): Promise<number> {
  if (app.kind === "supervised") {
    throw usageError("start", `--explain is for what is not started yet; see: hitless status ${app.endpoint.name}`);
  }
  const { node, found, recipe } = await planStart(context, app);
  const explanation = explainStart({ recipe, node: node.path, found, environment: context.environment });
  await (json ? printJson(context, explanation) : printLine(context, explanationText(explanation)));
  return exitCodes.done;
}

async function launch(
  context: CliContext,
  { config, folder }: ChosenApp & { kind: "recipe" },
  { detached, wishes }: { readonly detached: boolean; readonly wishes: CollectedWishes },
): Promise<Endpoint> {
  const { stderr, supervisorFile, identity } = context;
  const terminal = !detached && context.stdout.isTerminal ? { columns: context.stdout.columns } : undefined;
  const { node, found, recipe, origin } = await planStart(context, { config, folder }, terminal);
  const choice = found === undefined ? undefined : describeChoice(found);
  if (choice !== undefined && detached) {
    // In the foreground it is the first line of the log.
    say(context, stderr.paint("dim", `hitless ${choice}`));
  }
  let what = `the supervisor of ${recipe.name} to start`;
  return during(
    stderr,
    () => what,
    launchSupervisor({
      recipe,
      origin,
      node: node.path,
      supervisorFile,
      version: identity.version,
      detached,
      ...(choice !== undefined && { choice }),
      keepsOutput: !detached && !context.stdout.isTerminal,
      cancelled: wishes.cancelled,
      beforeSpawn: wishes.begin,
      onDidSpawn: wishes.started,
      onDidWait: () => {
        what = `another start of ${recipe.name} to end`;
      },
    }),
  );
}

interface CollectedWishes extends StopWishes {
  /** Begins to listen for signals; they are kept until a listener can act on them. */
  begin(): void;
  /** This command has started a supervisor, which is not to outlive it when it is told to end at once. */
  started(pid: number): void;
  /** Tells the supervisor that was started, if any, to end at once, and waits for nothing. */
  endStarted(): void;
  /** The signal that came first. */
  readonly first: StopSignal | undefined;
  /** Aborted by the first one. */
  readonly cancelled: AbortSignal;
  dispose(): void;
}

function collectWishes(): CollectedWishes {
  const kept: [StopSignal, number][] = [];
  const cancelling = new AbortController();
  let listener: ((signal: StopSignal, times: number) => void) | undefined;
  let signals: Disposable | undefined;
  let supervisor: number | undefined;
  const endStarted = (): void => {
    if (supervisor !== undefined) {
      // Two that differ: the second one is urgent, and the system makes one of two that are the same.
      signalProcess(supervisor, "SIGTERM");
      signalProcess(supervisor, "SIGINT");
    }
  };
  return {
    begin() {
      signals ??= onStopSignal((signal, times) => {
        kept.push([signal, times]);
        cancelling.abort();
        listener?.(signal, times);
      }, endStarted);
    },
    started(pid) {
      supervisor = pid;
    },
    endStarted,
    get first() {
      return kept[0]?.[0];
    },
    cancelled: cancelling.signal,
    listen(given) {
      listener = given;
      for (const [signal, times] of kept) {
        given(signal, times);
      }
    },
    dispose: () => signals?.dispose(),
  };
}

function signalProcess(pid: number, signal: StopSignal): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
