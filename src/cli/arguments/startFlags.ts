import * as v from "valibot";
import type { AppConfig } from "../../shared/appConfig.ts";
import { appSettings, flagOf, settingGroups, withFields } from "../../shared/settings/appSettings.ts";
import type { Setting } from "../../shared/settings/settingKinds.ts";
import { type FlagSpec, helpFlag, jsonFlag, type ParsedCommand } from "./commandSpec.ts";
import { usageError } from "./parseCommand.ts";

const here: readonly FlagSpec[] = [
  { name: "detach", help: "Return once the app is ready; it runs on without this terminal" },
  { name: "explain", help: "Say what would be run and what of the start script is left out, and start nothing" },
  { ...jsonFlag, help: "With --detach: print the status as JSON once the app is ready; with --explain: what it says" },
  helpFlag,
];

export const startFlags: readonly FlagSpec[] = [
  ...Object.entries(settingGroups).flatMap(([group, settings]) =>
    Object.entries(settings)
      .flatMap(([name, setting]) => withFields(name, setting))
      .flatMap(({ path, setting }) => flagSpecs(path[0], setting, group)),
  ),
  ...here.map((flag) => ({ ...flag, group: "This command" })),
];

function flagSpecs(name: string, setting: Setting, group: string): FlagSpec[] {
  const { kind, flag: help, placeholder = "", default: usual, words } = setting;
  if (help === undefined) {
    return [];
  }
  const spec = { name: flagOf(name, setting), group, help };
  if (kind === "toggle") {
    return [spec];
  }
  const known = words === undefined ? {} : { words };
  const more = kind === "list" ? { repeatable: true, dashValue: true } : kind === "map" ? { repeatable: true } : {};
  return [
    { ...spec, ...known, ...more, value: placeholder, help: usual === undefined ? help : `${help} (default ${usual})` },
  ];
}

/**
 * The configuration that the flags make; without the entry.
 * @throws HitlessError `usage`, which names the flag.
 */
export function configOfFlags(parsed: ParsedCommand): AppConfig {
  const config: Record<string, unknown> = {};
  const settings = Object.entries(appSettings as Readonly<Record<string, Setting>>);
  for (const { path, setting } of settings.flatMap(([name, each]) => withFields(name, each))) {
    const [name, field] = path;
    const flag = flagOf(name, setting);
    if (setting.flag === undefined || !parsed.has(flag)) {
      continue;
    }
    const result = v.safeParse(setting.written, settingValue(flag, setting, parsed));
    if (!result.success) {
      throw usageError("start", `--${flag} ${result.issues[0].message}, not "${parsed.value(flag)}"`);
    }
    config[name] = field === undefined ? result.output : { ...(config[name] as object), [field]: result.output };
  }
  if (parsed.appArgs.length > 0) {
    config.args = [...parsed.appArgs];
  }
  return config;
}

function settingValue(flag: string, { kind, default: usual }: Setting, parsed: ParsedCommand): unknown {
  const written = parsed.value(flag) ?? "";
  switch (kind) {
    case "toggle":
      return usual !== true;
    case "list":
      return [...parsed.values(flag)];
    case "map":
      return Object.fromEntries(parsed.values(flag).map((value) => assignment(flag, value)));
    case "number":
      return /^-?\d+(?:\.\d+)?$/.test(written) ? Number(written) : written;
    case "date":
      return written === "true" || written;
    case "text":
    case "fields":
      return written;
  }
}

function assignment(flag: string, written: string): [string, string] {
  const equals = written.indexOf("=");
  if (equals < 1) {
    throw usageError("start", `--${flag} must be K=V, as in --${flag} PORT=3000, not "${written}"`);
  }
  return [written.slice(0, equals), written.slice(equals + 1)];
}
