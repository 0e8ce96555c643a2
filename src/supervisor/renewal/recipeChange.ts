import type { LaunchRecipe } from "../../shared/appConfig.ts";

/** Names of a kind in one sentence; the rest is counted. */
const mostNames = 20;

/** Variables of npm follow from package.json, and those of a terminal from where it was started. */
const derived = /^npm_|^PATH$|^COLUMNS$/i;

/** What of the way an app is started is different, a sentence for each kind of change; names only, since values may be secrets. */
export function describeRecipeChange(before: LaunchRecipe, after: LaunchRecipe): string[] {
  const names = [...new Set([...Object.keys(before.env), ...Object.keys(after.env)])]
    .filter((name) => !derived.test(name) && before.env[name] !== after.env[name])
    .sort();
  const settings = (Object.keys({ ...before, ...after }) as (keyof LaunchRecipe)[])
    .filter((name) => name !== "env" && JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .sort();
  return [
    ...sentence(
      "Variables changed",
      names.filter((name) => name in before.env && name in after.env),
    ),
    ...sentence(
      "Variables added",
      names.filter((name) => !(name in before.env)),
    ),
    ...sentence(
      "Variables removed",
      names.filter((name) => !(name in after.env)),
    ),
    ...sentence("Settings changed", settings),
  ];
}

function sentence(what: string, names: readonly string[]): string[] {
  const more = names.length - mostNames;
  const listed = [...names.slice(0, mostNames), ...(more > 0 ? [`… (${more})`] : [])].join(", ");
  return names.length === 0 ? [] : [`${what}: ${listed}.`];
}
