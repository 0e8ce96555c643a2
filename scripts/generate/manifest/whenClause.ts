import { contextKeys, viewIds } from "../../../src/extension/ids.ts";
import { flagPattern, type RowFlag } from "../../../src/extension/views/rowFlags.ts";

type Key = keyof typeof contextKeys;

/** All of the clauses. */
export function all(...clauses: readonly string[]): string {
  return clauses.join(" && ");
}

export const is = (key: Key): string => contextKeys[key];
export const isNot = (key: Key): string => `!${contextKeys[key]}`;

export const inView = `view == ${viewIds.apps}`;

/** In the view of the requests. */
export const inRequests = `view == ${viewIds.requests}`;

/** In the menu of a row that has all of the flags; one with a `!` it must not have. */
export function onRow(...flags: readonly (RowFlag | `!${RowFlag}`)[]): string {
  const clauses = flags.map((flag) => {
    const without = flag.startsWith("!");
    const clause = `viewItem =~ /${flagPattern((without ? flag.slice(1) : flag) as RowFlag)}/`;
    return without ? `!(${clause})` : clause;
  });
  return all(inView, ...clauses);
}
