import type { CatalogueEntry } from "../entry.ts";
import { entriesOf } from "./rows.ts";

export const consoleEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["console", "stream_wrap", "uv", "synchronous"],
    [
      ["assert", "value-message", "console"],
      ["count", "label", "console"],
      ["debug", "data-args", "console"],
      ["dir", "obj-options", "console"],
      ["dirxml", "data", "console"],
      ["error", "data-args", "console"],
      ["group", "label", "console"],
      ["groupCollapsed", "", "console"],
      ["info", "data-args", "console"],
      ["log", "data-args", "console"],
      ["table", "tabulardata-properties", "console"],
      ["timeEnd", "label", "console"],
      ["timeLog", "label-data", "console"],
      ["trace", "message-args", "console"],
      ["warn", "data-args", "console"],
    ],
    { besides: "fullPipe" },
  ),
  ...entriesOf(
    ["console", "inspector", "v8", "synchronous"],
    [
      ["clear", ""],
      ["countReset", "label"],
      ["groupEnd", ""],
      ["time", "label"],
    ],
  ),
];
