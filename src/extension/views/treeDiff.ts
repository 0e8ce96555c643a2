import type { TreeRow } from "./rows/treeRow.ts";

/**
 * The rows to draw again after a change: the whole tree (`"all"`) when apps or machines came or went, else the rows that
 * differ, and those whose children came or went. Rows keep their place and their expansion.
 */
export function changedRows(before: readonly TreeRow[], after: readonly TreeRow[]): "all" | string[] {
  if (ids(before) !== ids(after)) {
    return "all";
  }
  return after.flatMap((row, index) => changedIn(before[index], row));
}

/** A row that is drawn again is so with all that is below it. */
function changedIn(old: TreeRow | undefined, row: TreeRow): string[] {
  if (old === undefined || ids(old.children) !== ids(row.children) || !sameRow(old, row)) {
    return [row.id];
  }
  return row.children.flatMap((child, index) => changedIn(old.children[index], child));
}

function ids(rows: readonly TreeRow[]): string {
  return JSON.stringify(rows.map(({ id }) => id));
}

function sameRow(a: TreeRow, b: TreeRow): boolean {
  return looks({ ...a, children: [] }) === looks({ ...b, children: [] });
}

function looks(row: TreeRow): string {
  return JSON.stringify(row, (key, value) => (key === "tooltip" ? undefined : value));
}
