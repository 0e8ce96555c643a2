import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf, type Row } from "../rows.ts";
import { byPath, byPosition } from "./fsFamilies.ts";

export const fsPromisesEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["fs/promises", "fs", "uv", "threadPool"],
    byPosition.map(
      ([name, anchor, ...needed]): Row => [`FileHandle#${name}`, `${anchor}`.replace("fd-", ""), ...needed],
    ),
  ),
  ...entriesOf(
    ["fs/promises", "fs", "uv", "threadPool"],
    [
      ...byPath,
      ["cp", "src-dest-options", "stat", "mkdir", "listFolder", "copy"],
      ["realpath", "path-options", "realpath"],
      ["rm", "path-options", "lstat", "listFolder", "unlink", "rmdir"],
    ],
  ),
  ...entriesOf(["fs/promises", "fs", "uv", "threadPool"], [["glob", null, "stat", "listFolder"]], {
    since: 22,
  }),
  ...entriesOf(["fs/promises", "fs", "uv", "threadPool"], [["mkdtempDisposable", null, "mkdir"]], { since: 24 }),
  ...entriesOf(["fs/promises", "fs_dir", "uv", "threadPool"], [["opendir", "path-options", "openDirectory"]]),
  ...entriesOf(["fs/promises", "fs_event_wrap", "uv", "eventLoop"], [["watch", "filename-options", "watch"]]),
  ...entriesOf(
    ["fs/promises", "fs", "uv", "threadPool"],
    [
      ["FileHandle#appendFile", "data-options", "write"],
      ["FileHandle#chmod", "mode", "fchmod"],
      ["FileHandle#chown", "uid-gid", "fchown"],
      ["FileHandle#close", "", "close"],
      ["FileHandle#createReadStream", "options", "read", "close"],
      ["FileHandle#createWriteStream", "options", "write", "close"],
      ["FileHandle#datasync", "", "fdatasync"],
      ["FileHandle#readFile", "options", "fstat", "read"],
      ["FileHandle#readLines", "options", "read", "close"],
      ["FileHandle#readableWebStream", "options", "read"],
      ["FileHandle#stat", "options", "fstat"],
      ["FileHandle#sync", "", "fsync"],
      ["FileHandle#truncate", "len", "ftruncate"],
      ["FileHandle#utimes", "atime-mtime", "futimes"],
      ["FileHandle#writeFile", "data-options", "write"],
    ],
  ),
];
