import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { longestSocketPath } from "../../shared/basics/socketPaths.ts";
import { HitlessError } from "../../shared/errors.ts";

/** A name for one supervisor's files and socket: short, because the path of a Unix socket must be. */
export function newEndpointId(): string {
  return randomBytes(5).toString("hex");
}

/**
 * Where the supervisor with this id listens: a Unix socket in the runtime folder, or a pipe on Windows.
 * @throws HitlessError `runtimeFolder` when the folder's path is too long for a socket.
 */
export function socketPath(folder: string, id: string): string {
  if (process.platform === "win32") {
    return `\\\\.\\pipe\\hitless-${id}`;
  }
  const path = join(folder, `${id}.sock`);
  const length = Buffer.byteLength(path);
  const longest = longestSocketPath(process.platform);
  if (length > longest) {
    throw new HitlessError(
      "runtimeFolder",
      `The path of the control socket would be ${length} bytes long and the system allows ${longest}: ${path}. ` +
        "Set HITLESS_RUNTIME_DIR to a shorter folder of your own (mode 0700).",
    );
  }
  return path;
}
