import type { TreeRow } from "./rows/treeRow.ts";

/**
 * The rows to draw again after a change: the whole tree (`"all"`) when apps came or went, else the rows that differ,
 * and those whose children came or went. Rows keep their place and their expansion.
 */
export function changedRows(before: readonly TreeRow[], after: readonly TreeRow[]): "all" | string[] {
  if (ids(before) !== ids(after)) {
    return "all";
  }
  return after.flatMap((row, index) => {
    const old = before[index];
    if (old === undefined || ids(old.children) !== ids(row.children) || !sameRow(old, row)) {
      return [row.id];
    }
    return row.children.filter((child, place) => !sameTree(old.children[place], child)).map(({ id }) => id);
  });
}

function ids(rows: readonly TreeRow[]): string {
  return JSON.stringify(rows.map(({ id }) => id));
}

function sameTree(a: TreeRow | undefined, b: TreeRow): boolean {
  return looks(a) === looks(b);
}

function sameRow(a: TreeRow | undefined, b: TreeRow): boolean {
  return a !== undefined && looks({ ...a, children: [] }) === looks({ ...b, children: [] });
}

function looks(row: TreeRow | undefined): string | undefined {
  return JSON.stringify(row, (key, value) => (key === "tooltip" ? undefined : value));
}
