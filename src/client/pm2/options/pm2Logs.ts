import { isAbsolute, relative, resolve, sep } from "node:path";
import type { AppConfig } from "../../../shared/appConfig.ts";
import type { Draft, Pm2Option, Taken } from "./pm2Option.ts";

type Logs = NonNullable<AppConfig["logs"]>;

/** pm2's `time`. */
const timePattern = "YYYY-MM-DDTHH:mm:ss";

/**
 * The log files of a pm2 app as Hitless has them: one for all workers, stderr apart if pm2 has it apart.
 * @param from Absolute; what pm2's paths are relative to.
 * @param to Absolute; what they shall be relative to.
 */
export function pm2Logs(options: Draft["options"], from: string, to: string): Logs | undefined {
  const place = (path: string): string =>
    isAbsolute(path) || path.startsWith("~") ? path : relative(to, resolve(from, path)).split(sep).join("/");
  const out = pathOf(options.out_file);
  const error = pathOf(options.error_file);
  const file = out ?? (error === undefined ? pathOf(options.log_file) : undefined);
  if (options.disable_logs === true || (file ?? error) === undefined) {
    return undefined;
  }
  const date = dateOf(options);
  return {
    ...(file !== undefined && { file: place(file) }),
    ...(error !== undefined && error !== file && { errorFile: place(error) }),
    ...(date !== undefined && { date }),
  };
}

/** What is written nowhere has no path. */
function pathOf(value: unknown): string | undefined {
  return typeof value === "string" && !["", "NULL", "/dev/null"].includes(value) ? value : undefined;
}

function dateOf({ log_date_format: format, time }: Draft["options"]): string | undefined {
  if (typeof format === "string" && format !== "") {
    return format;
  }
  return time === true ? timePattern : undefined;
}

const logsOf = ({ config }: Draft): Logs | undefined => config.logs as Logs | undefined;

const inMemory = "no file is written; `hitless logs NAME` shows it";

function takeFile(field: "file" | "errorFile") {
  return (value: unknown, draft: Draft): Taken => {
    const path = pathOf(value);
    const logs = logsOf(draft);
    if (path === undefined || logs === undefined) {
      return { verdict: "notNeeded", text: plain(inMemory) };
    }
    const became = field === "errorFile" ? (logs.errorFile ?? logs.file) : logs.file;
    const shown = `logs.${field === "errorFile" && logs.errorFile === undefined ? "file" : field} ${JSON.stringify(became)}`;
    const several = draft.options.instances !== undefined && draft.options.merge_logs !== true;
    return { text: several ? `${shown}, for all workers` : shown };
  };
}

function takeBoth(value: unknown, { options, config }: Draft): Taken | undefined {
  if (value === false || options.disable_logs === true) {
    return { verdict: "notNeeded", text: plain(inMemory) };
  }
  const path = pathOf(value);
  if (path === undefined) {
    return { verdict: "notSupported", text: "there is no usual place; give the file a name" };
  }
  const isUsed = pathOf(options.out_file) === undefined && pathOf(options.error_file) === undefined;
  return isUsed
    ? { verdict: "translated", text: `logs.file ${JSON.stringify((config.logs as Logs).file)}` }
    : { text: "out_file and error_file have it; nothing is written twice" };
}

function takeDate(isOn: (value: unknown) => boolean) {
  return (value: unknown, draft: Draft): Taken => {
    const logs = logsOf(draft);
    return !isOn(value) || logs?.date === undefined
      ? { verdict: "notNeeded", text: plain("without a file `hitless logs NAME --json` has the time of each line") }
      : { text: `logs.date ${JSON.stringify(logs.date)}` };
  };
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}

/** Where the output goes. */
export const logOptions: readonly Pm2Option[] = [
  {
    name: "out_file",
    aliases: ["out", "output", "out_log"],
    kind: "any",
    verdict: "translated",
    says: "`logs.file`, for all workers; stderr goes there too unless `error_file` says otherwise",
    take: takeFile("file"),
  },
  {
    name: "error_file",
    aliases: ["error", "err", "err_file", "err_log"],
    kind: "any",
    verdict: "translated",
    says: "`logs.errorFile`, for all workers",
    take: takeFile("errorFile"),
  },
  {
    name: "log_file",
    aliases: ["log"],
    kind: "any",
    verdict: "notSupported",
    says: "`logs.file`, where there is no `out_file` or `error_file`; beside those nothing is written twice",
    take: takeBoth,
  },
  {
    name: "disable_logs",
    kind: "toggle",
    verdict: "notNeeded",
    says: "no file is written, and what is kept in memory is bounded",
  },
  {
    name: "merge_logs",
    aliases: ["combine_logs"],
    kind: "toggle",
    verdict: "notNeeded",
    says: "the lines of all workers are in one file, each whole",
  },
  {
    name: "log_date_format",
    kind: "any",
    verdict: "translated",
    says: "`logs.date`, where a file is written; `hitless logs NAME --json` has the time of each line",
    take: takeDate((value) => typeof value === "string" && value !== ""),
  },
  {
    name: "time",
    kind: "toggle",
    verdict: "translated",
    says: `\`logs.date\` \`"${timePattern}"\`, where a file is written`,
    take: takeDate((value) => value === true),
  },
  { name: "log_type", kind: "text", verdict: "notNeeded", says: "`hitless logs NAME --json`" },
  {
    name: "pid_file",
    aliases: ["pid"],
    kind: "text",
    verdict: "notSupported",
    says: "`hitless list --json` has the ids",
  },
];
