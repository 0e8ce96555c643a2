import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const programsEntries: readonly CatalogueEntry[] = [
  ...entriesOf(["trace_events", "trace_events", "node", "synchronous"], ["createTracing", "getEnabledCategories"]),
  ...entriesOf(["wasi", "wasi", "uv", "synchronous"], [["WASI", null, "fstat", "terminal"]]),
  ...entriesOf(["sea", "sea", "node", "synchronous"], ["getAsset", "getAssetAsBlob", "getRawAsset", "isSea"]),
  ...entriesOf(["sea", "sea", "node", "synchronous"], ["getAssetKeys"], { since: 22 }),
];
