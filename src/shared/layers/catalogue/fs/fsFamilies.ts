import type { FullRow } from "../rows.ts";

/** Functions that exist three times: with a callback, as `…Sync`, and in `fs/promises`. Written as in `fs/promises`. */
export const byPath: readonly FullRow[] = [
  ["access", "path-mode", "access"],
  ["appendFile", "path-data-options", "open", "write", "close"],
  ["chmod", "path-mode", "chmod"],
  ["chown", "path-uid-gid", "chown"],
  ["copyFile", "src-dest-mode", "copy"],
  ["lchown", "path-uid-gid", "lchown"],
  ["link", "existingpath-newpath", "link"],
  ["lstat", "path-options", "lstat"],
  ["lutimes", "path-atime-mtime", "utimes"],
  ["mkdir", "path-options", "mkdir"],
  ["mkdtemp", "prefix-options", "mkdir"],
  ["open", "path-flags-mode", "open"],
  ["readdir", "path-options", "listFolder"],
  ["readFile", "path-options", "open", "fstat", "read", "close"],
  ["readlink", "path-options", "readlink"],
  ["rename", "oldpath-newpath", "rename"],
  ["rmdir", "path-options", "rmdir"],
  ["stat", "path-options", "stat"],
  ["statfs", "path-options", "statfs"],
  ["symlink", "target-path-type", "symlink"],
  ["truncate", "path-len", "open", "ftruncate", "close"],
  ["unlink", "path", "unlink"],
  ["utimes", "path-atime-mtime", "utimes"],
  ["writeFile", "file-data-options", "open", "write", "close"],
];

/** Functions on a descriptor, which exist with a callback and as `…Sync`. Written without the callback. */
export const byDescriptor: readonly FullRow[] = [
  ["close", "fd", "close"],
  ["fchmod", "fd-mode", "fchmod"],
  ["fchown", "fd-uid-gid", "fchown"],
  ["fdatasync", "fd", "fdatasync"],
  ["fstat", "fd-options", "fstat"],
  ["fsync", "fd", "fsync"],
  ["ftruncate", "fd-len", "ftruncate"],
  ["futimes", "fd-atime-mtime", "futimes"],
];

/** Functions on a descriptor, as of a position or not: `forms.ts` has the other form. */
export const byPosition: readonly FullRow[] = [
  ["read", "fd-buffer-offset-length-position", "pread"],
  ["readv", "fd-buffers-position", "preadv"],
  ["write", "fd-buffer-offset-length-position", "write"],
  ["writev", "fd-buffers-position", "writev"],
];
