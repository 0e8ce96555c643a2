import { HitlessError } from "../../shared/errors.ts";
import { isTable } from "./pm2Environment.ts";
import type { Pm2Finding } from "./pm2Finding.ts";
import { pm2OptionOf } from "./pm2Options.ts";
import { foreignOf } from "./reader/plainValue.ts";

/** A pm2 file, by its parts. */
export interface Pm2Document {
  /** As written. */
  readonly apps: readonly unknown[];
  readonly deploy: Readonly<Record<string, unknown>>;
  /** What becomes of everything beside the apps. */
  readonly findings: readonly Pm2Finding[];
}

/**
 * Takes what a pm2 file says apart: `{ apps: […] }`, `{ pm2: […] }`, a list of apps, or one app alone, as pm2 does.
 * @param file For errors.
 * @throws HitlessError `badConfig` when there is no app in it.
 */
export function pm2Document(value: unknown, file: string): Pm2Document {
  const refuse = (problem: string): never => {
    throw new HitlessError("badConfig", `${file} ${problem}.`);
  };
  const foreign = foreignOf(value);
  if (foreign !== undefined) {
    return refuse(`exports a ${foreign}, where pm2 takes an object with apps`);
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? refuse("holds no app") : { apps: value, deploy: {}, findings: [] };
  }
  if (!isTable(value)) {
    return refuse("holds no app: it has to export an object with apps");
  }
  const list = value.apps ?? value.pm2;
  const single = list === undefined && Object.keys(value).some((key) => pm2OptionOf(key)?.name === "script");
  const apps: readonly unknown[] = single ? [value] : Array.isArray(list) ? list : list === undefined ? [] : [list];
  if (isTable(list) && Object.keys(list).length > 0 && Object.values(list).every(isTable)) {
    return refuse("holds apps by their names, where pm2 takes a list: write [{ name: …, script: … }]");
  }
  if (apps.length === 0) {
    return refuse(list === undefined ? "holds no apps, so it is no file of pm2" : "holds no app: apps is empty");
  }
  const deploy = isTable(value.deploy) ? value.deploy : {};
  const findings = single ? [] : Object.keys(value).flatMap((key) => besideApps(key, value[key]));
  return { apps, deploy, findings };
}

function besideApps(option: string, value: unknown): Pm2Finding[] {
  switch (option) {
    case "apps":
    case "pm2":
      return [];
    case "deploy":
      return isTable(value) && Object.keys(value).length > 0
        ? [
            {
              option,
              verdict: "notSupported",
              text: "it is for pm2 deploy; hitless fleet reload renews an app on several machines, after a command that deploys it (docs/machines.md)",
            },
          ]
        : [];
    case "static":
      return [{ option, verdict: "notSupported", text: "pm2's own file server; let an app or nginx serve the folder" }];
    default: {
      const known = pm2OptionOf(option);
      const text =
        known === undefined ? "pm2 has no such option" : "it belongs into an app; here pm2 does nothing with it";
      return [{ option, verdict: "ignoredByPm2", text }];
    }
  }
}
