import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const programsEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["trace_events", "trace_events", "node", "synchronous"],
    [
      ["createTracing", null],
      ["getEnabledCategories", null],
    ],
  ),
  ...entriesOf(["wasi", "wasi", "uv", "synchronous"], [["WASI", null, "fstat", "terminal"]]),
  ...entriesOf(
    ["sea", "sea", "node", "synchronous"],
    [
      ["getAsset", null],
      ["getAssetAsBlob", null],
      ["getRawAsset", null],
      ["isSea", null],
    ],
  ),
  ...entriesOf(["sea", "sea", "node", "synchronous"], [["getAssetKeys", null]], { since: 22 }),
];
