import { toHitlessError } from "../../shared/errors.ts";
import { type FlagSpec, onFlag } from "../arguments/commandSpec.ts";
import { usageError } from "../arguments/parseCommand.ts";
import { startFlags } from "../arguments/startFlags.ts";
import { type CliContext, exitCodes } from "../cliContext.ts";
import { type Command, printJson, printLine, say } from "../command.ts";
import { startThere } from "../run/machines/startThere.ts";
import { type ChosenApp, planStart } from "../run/planStart.ts";
import { onlyFlag } from "../run/pm2/pm2Operand.ts";
import { chooseApps } from "../run/start/chooseApps.ts";
import { startApp } from "../run/start/startApp.ts";
import { type NamedApp, startSeveral } from "../run/start/startSeveral.ts";
import { explainStart, explanationText } from "../show/explanation.ts";
import { errorText } from "../show/statusTexts.ts";
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
    summary: "Start an app, by default in the foreground, or several",
    operands: [{ name: "entry|app…", what: "the file to run, or the name of an app", optional: true, several: true }],
    takesAppArgs: true,
    flags: [
      ...startFlags.flatMap((flag) => (flag.name === "env-file" ? [flag, envFrom] : [flag])),
      {
        name: "all",
        group: "This command",
        help: "Start all apps of hitless.json and hitless.apps here, without this terminal",
      },
      { ...onlyFlag, group: "This command" },
      { ...onFlag, group: "This command", help: "On another machine, with --detach (see: hitless machines)" },
    ],
    details: [
      "Without an entry it is found: what package.json scripts.start (or start:prod …) runs, its main, server.js, app.js,\n" +
        "index.js, also in dist, build and src. No script is run by a shell; --explain says what of it is left out.\n" +
        "An app is one of hitless.apps in .vscode/settings.json, of apps in hitless.json here or above, or one that runs under\n" +
        "a supervisor but has stopped. Where both files name it, the settings win.",
      "A pm2 file (ecosystem.config.js and its like) starts its apps, with what differs from pm2 said for each: docs/from-pm2.md.\n" +
        "--env NAME takes its env_NAME.",
      "Several names, a pattern such as 'worker-*' or --all start apps one after the other, without this terminal.",
      "In the foreground the app's output is on stdout and stderr as it is; Hitless's own lines are on stderr. Ctrl-C, SIGTERM\n" +
        "and SIGHUP stop the app gracefully, a second one at once. SIGUSR2 reloads it.",
    ],
    examples: [
      "hitless start",
      "hitless start --explain",
      "hitless start server.js --workers max --env PORT=3000",
      "hitless start dist/main.js --detach --ready-url http://127.0.0.1:3000/health",
      "hitless start server.js -- --port 8080",
      "hitless start --all",
      "hitless start ecosystem.config.js --env production --only api,worker",
      "hitless start api 'worker-*'",
    ],
  },
  async run(context, parsed) {
    if (parsed.has("on")) {
      return startThere(context, startCommand.spec, parsed);
    }
    if (parsed.has("json") && !parsed.has("detach") && !parsed.has("explain")) {
      throw usageError("start", "--json needs --detach or --explain: in the foreground stdout belongs to the app");
    }
    const chosen = await during(context.stderr, "what to start", chooseApps(context, parsed));
    const json = parsed.has("json");
    for (const remark of chosen.remarks ?? []) {
      say(context, remark);
    }
    if (chosen.kind === "one") {
      const { app } = chosen;
      return parsed.has("explain")
        ? explain(context, app, json)
        : startApp(context, app, { detach: parsed.has("detach"), json });
    }
    if (json) {
      throw usageError("start", "--json is for one app; see: hitless list --json");
    }
    if (!parsed.has("explain")) {
      return startSeveral(context, chosen.apps);
    }
    return explainSeveral(context, chosen.apps);
  },
};

/** Says what a start of each would run, or why it would not. */
async function explainSeveral(context: CliContext, apps: readonly NamedApp[]): Promise<number> {
  let worst: number = exitCodes.done;
  for (const { choose } of apps) {
    try {
      await explain(context, await choose(), false);
    } catch (error) {
      worst = exitCodes.failed;
      say(context, errorText(toHitlessError(error), context.stderr.paint));
    }
  }
  return worst;
}

/** Says what a start would run. */
async function explain(context: CliContext, app: ChosenApp, json: boolean): Promise<number> {
  if (app.kind === "supervised") {
    throw usageError("start", `--explain is for what is not started yet; see: hitless status ${app.endpoint.name}`);
  }
  for (const remark of app.remarks ?? []) {
    say(context, remark);
  }
  const { node, found, recipe } = await planStart(context, app);
  const explanation = explainStart({ recipe, node: node.path, found, environment: context.environment });
  await (json ? printJson(context, explanation) : printLine(context, explanationText(explanation)));
  return exitCodes.done;
}
