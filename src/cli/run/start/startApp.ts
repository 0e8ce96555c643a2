import { SupervisorClient } from "../../../client/connection/supervisorClient.ts";
import { type KeptSockets, keptSockets } from "../../../client/launch/keptSockets.ts";
import { launchSupervisor } from "../../../client/launch/launchSupervisor.ts";
import { describeChoice } from "../../../client/recipe/chooseEntry.ts";
import { toHitlessError } from "../../../shared/errors.ts";
import type { Endpoint } from "../../../shared/launch.ts";
import { type CliContext, exitCodeOfSignal } from "../../cliContext.ts";
import { say } from "../../command.ts";
import { during } from "../../terminal/progressLine.ts";
import { awaitReady } from "../detached.ts";
import { type ChosenApp, planStart, type RecipeApp } from "../planStart.ts";
import { keepRunning } from "./keepRunning.ts";
import { type CollectedWishes, collectWishes } from "./stopWishes.ts";

export interface StartOptions {
  /** Returns once the app is ready, which runs on without this terminal; else shows it until it ends. */
  readonly detach: boolean;
  readonly json: boolean;
}

/** Starts an app, and waits until it is ready or has ended. Returns the exit code. */
export async function startApp(context: CliContext, app: ChosenApp, options: StartOptions): Promise<number> {
  const service = options.detach ? undefined : keptSockets(context.environment);
  if (app.kind !== "recipe" || app.mayBeNoServer !== true) {
    return startOnce(context, app, options, service);
  }
  let isServer = true;
  const code = await startOnce(context, app, options, service, () => {
    isServer = false;
  });
  if (isServer) {
    return code;
  }
  const { paint } = context.stderr;
  say(
    context,
    `${paint("yellow", "!")} it listens nowhere, so it is started as no server: server false, renewal "stopFirst"`,
  );
  const { mayBeNoServer: _, remarks: __, ...rest } = app;
  return startOnce(
    context,
    { ...rest, config: { ...app.config, server: false, renewal: "stopFirst" } },
    options,
    service,
  );
}

async function startOnce(
  context: CliContext,
  app: ChosenApp,
  { detach, json }: StartOptions,
  service: KeptSockets | undefined,
  onDidNotListen?: () => void,
): Promise<number> {
  for (const remark of app.kind === "recipe" ? (app.remarks ?? []) : []) {
    say(context, context.stderr.paint("dim", remark));
  }
  const again = app.kind === "supervised";
  // Until there is something to stop, a signal ends this process as the system does it.
  const wishes = collectWishes();
  try {
    const endpoint = again ? app.endpoint : await launch(context, app, { detached: detach, wishes, service });
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
      return again || detach
        ? await awaitReady(context, client, wishes, {
            json,
            stopOnFailure: !again,
            isJob: isJob(app),
            ...(onDidNotListen !== undefined && { onDidNotListen }),
          })
        : await keepRunning(
            context,
            client,
            wishes,
            () => launch(context, app, { detached: false, wishes, service }),
            service !== undefined,
          );
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
}

async function launch(
  context: CliContext,
  app: RecipeApp,
  {
    detached,
    wishes,
    service,
  }: { readonly detached: boolean; readonly wishes: CollectedWishes; readonly service: KeptSockets | undefined },
): Promise<Endpoint> {
  const { stderr, supervisorFile, identity } = context;
  const terminal = !detached && context.stdout.isTerminal ? { columns: context.stdout.columns } : undefined;
  const { node, found, recipe, origin } = await planStart(context, app, terminal);
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
      service: service?.take(),
      cancelled: wishes.cancelled,
      beforeSpawn: wishes.begin,
      onDidSpawn: wishes.started,
      onDidWait: () => {
        what = `another start of ${recipe.name} to end`;
      },
    }),
  );
}

/** Whether an app may end by itself: nobody is to start it again then. */
function isJob(app: ChosenApp): boolean {
  return app.kind === "recipe" && app.config.autorestart === false;
}
