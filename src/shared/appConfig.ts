import * as v from "valibot";
import { HitlessError } from "./errors.ts";
import { appSettings } from "./settings/appSettings.ts";
import type { Setting } from "./settings/settingKinds.ts";

type Settings = typeof appSettings;
type Name = keyof Settings;

type ConfigEntries = { readonly [Key in Name]: v.OptionalSchema<Settings[Key]["written"], undefined> };

/** What the user may write about an app, in the setting `hitless.apps` or as flags of the command line. */
export const appConfigSchema = v.strictObject(fromSettings<ConfigEntries>((_, { written }) => v.optional(written)));
export type AppConfig = v.InferOutput<typeof appConfigSchema>;

/** The names of the settings of which the table says this. */
type With<Facts> = { [Key in Name]: Settings[Key] extends Facts ? Key : never }[Name];

type Defaults = { readonly [Key in With<{ default: unknown }>]: Settings[Key]["default"] };

/** Defaults of everything that has one; times in milliseconds. */
export const appDefaults = fromSettings<Defaults>((_, setting) => setting.default);

/** Settings of which a recipe holds what was written or the default. */
type Copied = Exclude<Name, With<{ recipe: "made" | "none" }>>;

type RecipeEntries = {
  readonly [Key in Exclude<Name, With<{ recipe: "none" }>>]: Key extends Copied
    ? v.OptionalSchema<Settings[Key]["carried"], Key extends keyof Defaults ? Defaults[Key] : undefined>
    : Settings[Key]["carried"];
};

/**
 * The complete start recipe of an app: nothing in it depends on who reads it. Paths are absolute; `env` is the whole
 * environment of the workers, without what Hitless adds. What has a default may be missing.
 */
export const launchRecipeSchema = v.strictObject(
  fromSettings<RecipeEntries>((_, { recipe, carried, default: usual }) => {
    const entry = recipe === "made" ? carried : undefined;
    return recipe === undefined ? v.optional(carried, usual) : entry;
  }),
);
export type LaunchRecipe = v.InferOutput<typeof launchRecipeSchema>;

/** A recipe before what is missing in it has become the default. */
export type LaunchRecipeInput = v.InferInput<typeof launchRecipeSchema>;

/** The part of a recipe that is as it was written, or the default. */
export function copiedSettings(config: AppConfig): Pick<LaunchRecipe, Copied> {
  return fromSettings((name, setting) =>
    setting.recipe === undefined ? (config[name] ?? setting.default) : undefined,
  );
}

/** An object with a field for each setting of which there is something to say. Its type is the caller's to know. */
function fromSettings<Fields extends object>(say: (name: Name, setting: Setting) => unknown): Fields {
  const fields = Object.entries(appSettings)
    .map(([name, setting]) => [name, say(name as Name, setting)] as const)
    .filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields) as Fields;
}

/**
 * Checks what the user wrote about an app.
 * @param where Names the place in errors, such as `hitless.apps[0]`.
 * @throws HitlessError `badConfig`, which names every wrong field and the fix.
 */
export function parseAppConfig(input: unknown, where: string): AppConfig {
  const result = v.safeParse(appConfigSchema, input);
  if (result.success) {
    return result.output;
  }
  const lines = result.issues.map((issue) => `${where}${fieldPath(issue)}: ${explain(issue)}`);
  throw new HitlessError("badConfig", lines.join("\n"), { remedy: "openSettings" });
}

interface IssueLike {
  readonly type: string;
  readonly expected: string | null;
  readonly message: string;
  readonly path?: readonly { readonly key: unknown }[] | undefined;
}

function fieldPath(issue: IssueLike): string {
  return (issue.path ?? []).map(({ key }) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
}

function explain(issue: IssueLike): string {
  if (issue.type === "strict_object" && issue.expected === "never") {
    return "is not a known setting; remove it";
  }
  if (issue.type === "strict_object" && (issue.path ?? []).length === 0) {
    return "must be an object";
  }
  return issue.message;
}

/** How many new workers a reload of `workers` workers starts at a time: at least 1, at most `workers`. */
export function surgeCount(surge: LaunchRecipe["surge"], workers: number): number {
  const count = typeof surge === "number" ? surge : Math.ceil((workers * Number.parseInt(surge, 10)) / 100);
  return Math.max(1, Math.min(workers, count));
}
