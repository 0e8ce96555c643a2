import { type ChosenEntry, problemText } from "../../client/recipe/chooseEntry.ts";
import { noteText } from "../../client/script/scriptNote.ts";
import type { LaunchRecipe } from "../../shared/appConfig.ts";
import type { ExplainOutput } from "../../shared/cliOutput.ts";

export interface ExplainedStart {
  readonly recipe: LaunchRecipe;
  readonly node: string;
  /** Absent when the entry was named. */
  readonly found: ChosenEntry | undefined;
  /** The variables of this shell. */
  readonly environment: NodeJS.ProcessEnv;
}

/** What a start would run, for programs. */
export function explainStart({ recipe, node, found, environment }: ExplainedStart): ExplainOutput {
  const { name, entry, cwd, nodeArgs, args } = recipe;
  const added = Object.entries(recipe.env).filter(([key, value]) => environment[key] !== value);
  return {
    name,
    entry,
    cwd,
    node,
    nodeArgs,
    args,
    env: Object.fromEntries(added.filter(([key]) => !/^npm_|^PATH$/i.test(key))),
    foundBy: found?.candidate.why ?? "named",
    leftOut: [...(found?.candidate.notes ?? []).map(noteText), ...(found?.passedOver ?? []).map(problemText)],
  };
}

/** The same for a person. */
export function explanationText(explanation: ExplainOutput): string {
  const { name, entry, cwd, node, nodeArgs, args, env, foundBy, leftOut } = explanation;
  const rows: readonly (readonly [string, string])[] = [
    ["app", name],
    ["found by", foundBy],
    ["folder", cwd],
    ["runs", [node, ...nodeArgs, entry, ...args].map(shownWord).join(" ")],
    ...Object.entries(env).map(([key, value]) => ["variable", `${key}=${value}`] as const),
    ...leftOut.map((line) => ["left out", line] as const),
  ];
  return rows.map(([title, text]) => `${title.padEnd(8)}  ${text}`).join("\n");
}

function shownWord(word: string): string {
  return /[\s"'\\$`]/.test(word) || word === "" ? JSON.stringify(word) : word;
}
