import type { CatalogueEntry } from "../../entry.ts";
import { entriesOf, type Row } from "../rows.ts";
import { byPath, byPosition } from "./fsFamilies.ts";

export const fsPromisesEntries: readonly CatalogueEntry[] = [
  ...entriesOf(
    ["fs/promises", "fs", "uv", "threadPool"],
    byPosition.map(
      ([name, anchor, ...needed]): Row => [`FileHandle.prototype.${name}`, `${anchor}`.replace("fd-", ""), ...needed],
    ),
  ),
  ...entriesOf(
    ["fs/promises", "fs", "uv", "threadPool"],
    [
      ...byPath,
      ["cp", "src-dest-options", "stat", "mkdir", "open", "list", "close", "copy"],
      ["realpath", "path-options", "realpath"],
      ["rm", "path-options", "lstat", "open", "list", "unlink", "rmdir"],
    ],
  ),
  ...entriesOf(["fs/promises", "fs", "uv", "threadPool"], [["glob", null, "stat", "open", "list", "close"]], {
    since: 22,
  }),
  ...entriesOf(["fs/promises", "fs", "uv", "threadPool"], [["mkdtempDisposable", null, "mkdir"]], { since: 24 }),
  ...entriesOf(["fs/promises", "fs_dir", "uv", "threadPool"], [["opendir", "path-options", "openDirectory"]]),
  ...entriesOf(["fs/promises", "fs_event_wrap", "uv", "eventLoop"], [["watch", "filename-options", "watch"]]),
  ...entriesOf(
    ["fs/promises", "fs", "uv", "threadPool"],
    [
      ["FileHandle.prototype.appendFile", "data-options", "write"],
      ["FileHandle.prototype.chmod", "mode", "fchmod"],
      ["FileHandle.prototype.chown", "uid-gid", "fchown"],
      ["FileHandle.prototype.close", "", "close"],
      ["FileHandle.prototype.createReadStream", "options", "read", "close"],
      ["FileHandle.prototype.createWriteStream", "options", "write", "close"],
      ["FileHandle.prototype.datasync", "", "fdatasync"],
      ["FileHandle.prototype.readFile", "options", "fstat", "read"],
      ["FileHandle.prototype.readLines", "options", "read", "close"],
      ["FileHandle.prototype.readableWebStream", "options", "read"],
      ["FileHandle.prototype.stat", "options", "fstat"],
      ["FileHandle.prototype.sync", "", "fsync"],
      ["FileHandle.prototype.truncate", "len", "ftruncate"],
      ["FileHandle.prototype.utimes", "atime-mtime", "futimes"],
      ["FileHandle.prototype.writeFile", "data-options", "write"],
    ],
  ),
];
