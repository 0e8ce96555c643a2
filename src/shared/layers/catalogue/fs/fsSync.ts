import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf, type Row } from "../rows.ts";
import { byDescriptor, byPath, byPosition } from "./fsFamilies.ts";

const families = [...byPath, ...byDescriptor, ...byPosition].map(
  ([name, anchor, ...needed]): Row => [`${name}Sync`, anchor, ...needed],
);

export const fsSyncEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["fs", "fs", "uv", "synchronous"],
    [
      ...families,
      ["existsSync", "path", "access"],
      ["realpathSync", "path-options", "lstat", "readlink"],
      ["realpathSync.native", "path-options", "realpath"],
    ],
  ),
  ...entriesOf(["fs", "fs", "uv", "synchronous"], [["globSync", null, "stat", "listFolder"]], { since: 22 }),
  ...entriesOf(["fs", "fs", "uv", "synchronous"], [["mkdtempDisposableSync", null, "mkdir"]], { since: 24 }),
  ...entriesOf(
    ["fs", "fs", "os", "synchronous"],
    [
      ["cpSync", "src-dest-options", "stat", "mkdir", "open", "list", "clone", "close"],
      ["rmSync", "path-options", "lstat", "listFolder", "unlink", "rmdir"],
    ],
  ),
  ...entriesOf(
    ["fs", "fs_dir", "uv", "synchronous"],
    [
      ["opendirSync", "path-options", "openDirectory"],
      ["Dir#readSync", "", "readDirectory"],
      ["Dir#closeSync", "", "closeDirectory"],
    ],
  ),
];
