import { basename, extname, isAbsolute, relative, resolve, sep } from "node:path";
import { type AppConfig, parseAppConfig } from "../../shared/appConfig.ts";
import { toHitlessError } from "../../shared/errors.ts";
import { mayBeNoServer, whyNoServer } from "./noServer.ts";
import { pm2Logs } from "./options/pm2Logs.ts";
import { checkValue, type Draft, hasSetting, type Pm2Option } from "./options/pm2Option.ts";
import { type Pm2Program, understandPm2Command } from "./pm2Command.ts";
import { isTable, pm2Environment } from "./pm2Environment.ts";
import type { Pm2Finding } from "./pm2Finding.ts";
import { pm2OptionOf } from "./pm2Options.ts";
import { foreignOf } from "./reader/plainValue.ts";

/** An app of a pm2 file, understood. */
export interface Pm2App {
  readonly name: string;
  /** Its settings, with paths relative to the folder where they lead into it. Absent when it can't be started. */
  readonly config?: AppConfig;
  /** Why it can't be started; sentences without their full stops. */
  readonly problems: readonly string[];
  readonly findings: readonly Pm2Finding[];
  /** Whether a start of the whole file starts it. */
  readonly autostart: boolean;
  /** Whether it is no server if it does not listen: pm2 waits for nobody to. */
  readonly mayBeNoServer?: boolean;
}

export interface Pm2Place {
  /** Absolute; the folder that pm2 would be called in. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of `--env`. */
  readonly envName?: string | undefined;
  /** The table `deploy` of the file. */
  readonly deploy: Readonly<Record<string, unknown>>;
  /** A file that holds the variables which the pm2 file has set for all its apps, absolute. */
  readonly envFile?: string | undefined;
}

/** Settings of pm2-logrotate, which many write into an app. */
const ofLogrotate = /^(?:max_size|retain|compress|dateFormat|rotateModule|rotateInterval|workerInterval|TZ)$/;

/** What has its own place below. */
const own = new Set(["name", "script", "env", "env_*"]);

/** What is told of as a part of the command. */
const part = new Set(["args", "cwd", "exec_interpreter", "node_args"]);

/** Understands an app of a pm2 file: its settings, and what becomes of each of its options. */
export async function translatePm2App(written: unknown, place: Pm2Place): Promise<Pm2App> {
  if (!isTable(written)) {
    return { name: "?", problems: ["an app must be an object"], findings: [], autostart: true };
  }
  const { options, findings, problems } = readOptions(written);
  const config: Record<string, unknown> = {};
  const name = nameOf(options, place.envName, findings);
  config.name = name;
  const script = options.script as string | undefined;
  if (script === undefined || script === "") {
    const problem = "script is missing: it names what to run";
    return { name, problems: [...problems, problem], findings, autostart: true };
  }
  const { env, findings: ofEnv } = pm2Environment(written, place.envName, place.deploy);
  findings.push(...ofEnv);
  const cwd = resolve(place.folder, (options.cwd as string | undefined) ?? ".");
  const program = await understandPm2Command({
    script,
    args: (options.args as string[] | undefined) ?? [],
    interpreter: options.exec_interpreter as string | undefined,
    nodeArgs: (options.node_args as string[] | undefined) ?? [],
    cwd,
    environment: { ...place.environment, ...env },
  });
  if (program.kind === "none") {
    problems.push(program.reason);
  } else {
    takeProgram(program, config, place);
    findings.push(...ofProgram(program, options, place));
    const all = { ...env, ...program.env };
    if (Object.keys(all).length > 0) {
      config.env = all;
    }
  }
  const draft: Draft = { options, config, problems };
  config.workers = 1;
  const logs = pm2Logs(options, cwd, resolve(place.folder, (config.cwd as string | undefined) ?? "."));
  if (logs !== undefined) {
    config.logs = logs;
  }
  for (const [key, value] of Object.entries(options)) {
    const option = pm2OptionOf(key);
    if (option !== undefined && part.has(option.name)) {
      findings.push({ option: aliasOf(written, option), verdict: "equal", text: "in what script becomes" });
    } else if (option !== undefined && !own.has(option.name)) {
      findings.push({ option: aliasOf(written, option), ...take(option, value, draft) });
    }
  }
  await takeDefaults(draft, place, findings);
  return finish(name, draft, findings);
}

/** The options by their own names; what pm2 does not know is told, and what it would refuse is a problem. */
function readOptions(written: Readonly<Record<string, unknown>>): {
  readonly options: Record<string, unknown>;
  readonly findings: Pm2Finding[];
  readonly problems: string[];
} {
  const options: Record<string, unknown> = {};
  const findings: Pm2Finding[] = [];
  const problems: string[] = [];
  for (const [key, value] of Object.entries(written)) {
    const option = pm2OptionOf(key);
    if (value === undefined || value === null) {
      continue;
    }
    if (option === undefined) {
      const text = ofLogrotate.test(key)
        ? "it is a setting of pm2-logrotate (pm2 set), and none of an app; logs.maxSize and its like do that"
        : "pm2 has no such option";
      findings.push({ option: key, verdict: "ignoredByPm2", text });
    } else if (option.name === "env_*") {
      // Told with the variables.
    } else if (options[option.name] !== undefined) {
      findings.push({ option: key, verdict: "ignoredByPm2", text: `${option.name} is given under another name too` });
    } else {
      const foreign = foreignOf(value);
      const checked =
        foreign === undefined ? checkValue(option.kind, value) : { wrong: `must be data, not ${foreign}` };
      if ("wrong" in checked) {
        problems.push(`${key} ${checked.wrong}, which pm2 asks for too`);
      } else {
        options[option.name] = checked.value;
      }
    }
  }
  return { options, findings, problems };
}

function aliasOf(written: Readonly<Record<string, unknown>>, option: Pm2Option): string {
  return Object.keys(written).find((key) => pm2OptionOf(key) === option) ?? option.name;
}

function take(option: Pm2Option, value: unknown, draft: Draft): Omit<Pm2Finding, "option"> {
  const { setting, says, verdict } = option;
  const before = JSON.stringify(draft.config);
  const taken = option.take?.(value as never, draft);
  if (option.take === undefined && setting !== undefined) {
    draft.config[setting] = typeof value === "number" ? Math.round(value) : value;
  }
  if (setting !== undefined && !hasSetting(setting) && JSON.stringify(draft.config) !== before) {
    delete draft.config[setting];
    const text = verdict === "notSupported" ? plain(says) : `this version of Hitless has no setting ${setting}`;
    return { verdict: "notSupported", text };
  }
  const usual = setting === undefined || verdict === "notSupported" ? plain(says) : settingText(setting, says, draft);
  const usualVerdict = setting !== undefined && verdict === "notSupported" ? "equal" : verdict;
  return { verdict: taken?.verdict ?? usualVerdict, text: taken?.text ?? usual };
}

/** What an option has become: the setting with its value, then what the row says of the difference. */
function settingText(setting: string, says: string, { config }: Draft): string {
  const text = plain(says);
  const end = text.search(/[,;:] /);
  const became = `${setting} ${JSON.stringify(config[setting])}`;
  return end === -1 ? became : `${became}${text.slice(end)}`;
}

function plain(says: string): string {
  return says.replaceAll("`", "");
}

/** A name that Hitless accepts. */
function nameOf(
  options: Readonly<Record<string, unknown>>,
  envName: string | undefined,
  findings: Pm2Finding[],
): string {
  const script = typeof options.script === "string" ? options.script : "app";
  const file = basename(script);
  const given = (options.name as string | undefined) ?? (file.slice(0, -extname(file).length || undefined) || file);
  const wanted = options.append_env_to_name === true && envName !== undefined ? `${given}-${envName}` : given;
  const name = wanted
    .replace(/[^\p{L}\p{N} ._@/-]/gu, "-")
    .replace(/^[^@\p{L}\p{N}]+/u, "")
    .slice(0, 100);
  const text =
    name === "" ? "it has no letters" : `it is called ${name}: Hitless allows letters, digits, spaces and . _ @ / -`;
  if (name !== wanted) {
    findings.push({ option: "name", verdict: "translated", text });
  }
  return name === "" ? "app" : name;
}

function takeProgram(
  program: Pm2Program & { kind: "file" },
  config: Record<string, unknown>,
  { folder, envFile }: Pm2Place,
): void {
  const { entry, cwd, args, nodeArgs, node, envFiles } = program;
  const shown = shortPath(folder, cwd);
  const [first] = envFiles;
  const variables = first?.file ?? envFile;
  Object.assign(config, {
    ...(entry !== undefined && { entry: shortPath(cwd, resolve(cwd, entry)) }),
    ...(shown !== "." && { cwd: shown }),
    ...(args.length > 0 && { args }),
    ...(nodeArgs.length > 0 && { nodeArgs }),
    ...(node !== undefined && { node }),
    ...(variables !== undefined && { envFile: shortPath(cwd, variables) }),
  });
}

function ofProgram(
  program: Pm2Program & { kind: "file" },
  options: Readonly<Record<string, unknown>>,
  { folder }: Pm2Place,
): Pm2Finding[] {
  const { entry, cwd, args, nodeArgs, notes, envFiles } = program;
  const what = entry === undefined ? "the start script of package.json" : shortPath(cwd, resolve(cwd, entry));
  const where = cwd === folder ? "" : ` in ${shortPath(folder, cwd)}`;
  const line = ["node", ...nodeArgs, what, ...args].join(" ");
  const command = [options.script, ...((options.args as string[] | undefined) ?? [])].join(" ");
  const same = entry === options.script && options.exec_interpreter === undefined;
  const others = envFiles.slice(1).map(({ file }) => `the variables of ${file} are missing`);
  return [
    { option: "script", verdict: same ? "equal" : "translated", text: `${command} runs as ${line}${where}` },
    ...[...notes, ...others].map((text): Pm2Finding => ({ option: "script", verdict: "notSupported", text })),
  ];
}

/** What pm2 does without being told. */
async function takeDefaults(draft: Draft, place: Pm2Place, findings: Pm2Finding[]): Promise<void> {
  const { config } = draft;
  if (hasSetting("stopSignal")) {
    config.stopSignal = "SIGINT";
    findings.push({ option: "(signal)", verdict: "equal", text: "pm2 ends apps with SIGINT" });
  }
  const env = (config.env ?? {}) as Readonly<Record<string, string>>;
  const why = await whyNoServer(draft, { folder: place.folder, env });
  if (why !== undefined) {
    config.server = false;
    config.renewal = "stopFirst";
    const text = `server false, renewal "stopFirst": it is taken for no server, since ${why}, and never runs twice at a time`;
    findings.push({ option: "(server)", verdict: "translated", text });
  }
}

function finish(name: string, { config, problems, options }: Draft, findings: readonly Pm2Finding[]): Pm2App {
  const autostart = options.autostart !== false;
  if (problems.length > 0) {
    return { name, problems, findings, autostart };
  }
  try {
    const parsed = parseAppConfig(config, "");
    const noServer = parsed.server !== false && mayBeNoServer({ options, config }, parsed.env ?? {});
    return { name, config: parsed, problems: [], findings, autostart, ...(noServer && { mayBeNoServer: true }) };
  } catch (error) {
    const lines = toHitlessError(error).message.split("\n");
    return { name, problems: lines.map((line) => line.replace(/^\./, "")), findings, autostart };
  }
}

/** A path from a folder, with `/`, if it is near it; else the whole. */
function shortPath(folder: string, path: string): string {
  const short = relative(folder, path).split(sep).join("/");
  const isNear = !isAbsolute(short) && !short.startsWith("../../../");
  return short === "" ? "." : isNear ? short : path;
}
