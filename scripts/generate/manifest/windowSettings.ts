import type { settingIds } from "../../../src/extension/ids.ts";
import type { Notifications, RevealLog, SaveBeforeReload } from "../../../src/extension/platform/settings.ts";
import { defaultGraceMs } from "../../../src/shared/launch.ts";

interface WindowSetting {
  readonly type: "string" | "number" | "boolean";
  readonly scope?: "machine-overridable";
  readonly default: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  /** Of the number, for the reference page. */
  readonly unit?: string;
}

const notifications: readonly Notifications[] = ["all", "problems", "none"];
const saveBeforeReload: readonly SaveBeforeReload[] = ["app", "all", "never"];
const revealLog: readonly RevealLog[] = ["onStart", "onFailure", "never"];

/** The settings of the window, which are not an app's; in the order of the settings editor. */
export const windowSettings: Readonly<
  Record<Exclude<keyof typeof settingIds, "apps" | "machines" | "fleets">, WindowSetting>
> = {
  node: { type: "string", scope: "machine-overridable", default: "" },
  gracePeriod: { type: "number", default: defaultGraceMs / 1_000, minimum: 2, maximum: 86_400, unit: "seconds" },
  notifications: { type: "string", default: "problems", enum: notifications },
  revealLog: { type: "string", default: "onStart", enum: revealLog },
  logTimestamps: { type: "boolean", default: false },
  saveBeforeReload: { type: "string", default: "app", enum: saveBeforeReload },
  language: { type: "boolean", default: true },
  hovers: { type: "boolean", default: true },
  rules: { type: "boolean", default: true },
};
