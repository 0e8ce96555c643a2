import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf, type Row } from "../rows.ts";
import { byDescriptor, byPath, byPosition } from "./fsFamilies.ts";

const families = [...byPath, ...byDescriptor, ...byPosition].map(
  ([name, anchor, ...needed]): Row => [name, `${anchor}-callback`, ...needed],
);

export const fsEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["fs", "fs", "uv", "threadPool"],
    [
      ...families,
      ["exists", "path-callback", "access"],
      ["realpath.native", "path-options-callback", "realpath"],
      ["createReadStream", "path-options", "readWhole"],
      ["createWriteStream", "path-options", "open", "write", "close"],
    ],
  ),
  ...entriesOf(
    ["fs", "fs", "uv", "threadPool"],
    [
      ["cp", "src-dest-options-callback", "stat", "mkdir", "listFolder", "copy"],
      ["realpath", "path-options-callback", "lstat", "readlink"],
      ["rm", "path-options-callback", "lstat", "listFolder", "unlink", "rmdir"],
    ],
  ),
  ...entriesOf(["fs", "fs", "uv", "threadPool"], [["glob", null, "stat", "listFolder"]], { since: 22 }),
  ...entriesOf(["fs", "fs", "uv", "threadPool"], [["watchFile", "filename-options-listener", "stat"]], {
    source: "node_stat_watcher.cc",
  }),
  ...entriesOf(["fs", "fs", "uv", "synchronous"], [["unwatchFile", "filename-listener"]], {
    source: "node_stat_watcher.cc",
  }),
  ...entriesOf(
    ["fs", "fs_dir", "uv", "threadPool"],
    [
      ["opendir", "path-options-callback", "openDirectory"],
      ["Dir#read", "", "readDirectory"],
      ["Dir#close", "", "closeDirectory"],
    ],
  ),
  ...entriesOf(["fs", "fs_event_wrap", "uv", "eventLoop"], [["watch", "filename-options-listener", "watch"]]),
  ...entriesOf(["fs", "blob", "uv", "synchronous"], [["openAsBlob", "path-options", "stat"]]),
];
