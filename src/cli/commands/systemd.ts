import { access, constants } from "node:fs/promises";
import { userInfo } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { SystemdOutput } from "../../shared/cliOutput.ts";
import type { FlagSpec, ParsedCommand } from "../arguments/commandSpec.ts";
import { helpFlag, jsonFlag } from "../arguments/commandSpec.ts";
import { usageError } from "../arguments/parseCommand.ts";
import { exitCodes } from "../cliContext.ts";
import { type Command, printJson } from "../command.ts";
import { chooseApp, planStart } from "../run/planStart.ts";
import { pm2Operand } from "../run/pm2/pm2Operand.ts";
import { notifyProgram } from "../run/serviceNotice.ts";
import { type ServiceType, serviceName, serviceTypes, systemdUnit } from "../show/systemdUnit.ts";
import { during } from "../terminal/progressLine.ts";
import { startCommand } from "./start.ts";

const group = "This command";
const own: readonly FlagSpec[] = [
  {
    name: "type",
    value: "TYPE",
    words: serviceTypes,
    group,
    help: "notify, notify-reload (systemd 253 and newer) or exec; default: notify",
  },
  { name: "user-unit", group, help: "For systemctl --user, without what only the system's manager may do" },
  { ...jsonFlag, group },
  { ...helpFlag, group },
];

/** What `start` has and a service does not. */
const notForServices: ReadonlySet<string> = new Set(["detach", "explain", "all", "only", "on", "json", "help"]);
const passedOn = startCommand.spec.flags.filter(({ name }) => !notForServices.has(name));

export const systemdCommand: Command = {
  spec: {
    name: "systemd",
    summary: "Print a unit that lets systemd run an app",
    operands: [{ name: "entry|app", what: "the file to run, or the name of an app", optional: true }],
    takesAppArgs: true,
    flags: [...passedOn, ...own],
    details: [
      "Takes what hitless start takes, and prints the unit with those words in it; nothing is written or started. Its deadlines\n" +
        "come from the app's settings: print it again when those have changed.",
    ],
    examples: [
      "hitless systemd api | sudo tee /etc/systemd/system/api.service",
      "hitless systemd dist/main.js --workers max --health-port 9100 --shutdown-delay 5000",
    ],
  },
  async run(context, parsed) {
    const file = await pm2Operand(context, parsed);
    if (file !== undefined) {
      const advice = "a unit is for one app; write hitless import, then hitless systemd NAME for each app";
      throw usageError("systemd", `${parsed.operands[0]} is a pm2 file, and ${advice}`);
    }
    const app = await during(context.stderr, "what to start", chooseApp(context, parsed));
    if (app.kind === "supervised") {
      const { name, root } = app.endpoint;
      throw usageError(
        "systemd",
        `how ${name} was started is not known any more; give the same words as to "hitless start", in ${root}`,
      );
    }
    const { node, recipe } = await planStart(context, app);
    const [type, remarks] = await chooseType(parsed, context.environment);
    const { username, uid } = userInfo();
    const asRoot = uid === 0 && !parsed.has("user-unit");
    const named = parsed.has("node") || app.config.node !== undefined;
    const unit = systemdUnit({
      recipe,
      node: process.execPath,
      cli: join(dirname(context.supervisorFile), "cli.cjs"),
      words: ["start", ...(named ? [] : [`--node=${node.path}`]), ...wordsOf(parsed)],
      folder: app.folder,
      user: parsed.has("user-unit") ? undefined : username,
      type,
      environment: { NODE_ENV: recipe.env.NODE_ENV ?? "production" },
      remarks: asRoot
        ? [...remarks, "Printed as root: let User= be who owns the app's files and nothing else."]
        : remarks,
    });
    const name = serviceName(recipe.name);
    const output: SystemdOutput = { name: recipe.name, service: `${name}.service`, type, unit };
    await (parsed.has("json") ? printJson(context, output) : context.stdout.write(unit));
    return exitCodes.done;
  },
};

/** The words from which `start` would make the same of it. */
function wordsOf(parsed: ParsedCommand): string[] {
  const flags = passedOn
    .filter(({ name }) => parsed.has(name))
    .flatMap(({ name, value }) =>
      value === undefined ? [`--${name}`] : parsed.values(name).map((given) => `--${unread(name)}=${given}`),
    );
  return [...parsed.operands, ...flags, ...(parsed.appArgs.length === 0 ? [] : ["--", ...parsed.appArgs])];
}

/** Node.js itself would read an `--env-file` among the words. */
function unread(flag: string): string {
  return flag === "env-file" ? "env-from" : flag;
}

/** Without the helper that tells systemd when the app is ready, systemd would wait for it in vain. */
async function chooseType(
  parsed: ParsedCommand,
  environment: NodeJS.ProcessEnv,
): Promise<[ServiceType, readonly string[]]> {
  const written = parsed.value("type");
  const type = serviceTypes.find((known) => known === written);
  if (written !== undefined && type === undefined) {
    throw usageError("systemd", `--type must be ${serviceTypes.join(", ")}, not "${written}"`);
  }
  if (type !== undefined || (await isOnPath(notifyProgram, environment))) {
    return [type ?? "notify", []];
  }
  return [
    "exec",
    [`${notifyProgram} was not found here, so systemd is not told when the app is ready; with it: --type notify.`],
  ];
}

async function isOnPath(program: string, { PATH = "" }: NodeJS.ProcessEnv): Promise<boolean> {
  for (const folder of PATH.split(delimiter).filter(Boolean)) {
    const found = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) {
      return true;
    }
  }
  return false;
}
