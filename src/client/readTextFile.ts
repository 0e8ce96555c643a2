import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** No file of a workspace that Hitless reads is larger; more is a mistake, such as a log under a wrong name. */
const mostBytes = 16 * 1_048_576;

/** What a shell has opened for this process, as for `<(program)`: whoever writes such a name waits for the program. */
const givenByShell = /^\/(?:dev\/stdin|dev\/fd\/\d+|proc\/self\/fd\/\d+)$/;

/** A file that is there and can't be read as text; `message` is a predicate such as `is a folder`. */
export class UnreadableFile extends Error {
  override readonly name = "UnreadableFile";
}

/**
 * Reads a file that a person wrote. Whatever lies under its name, it neither hangs nor fills the memory: a pipe would
 * wait for a writer for ever, and a device may have no end.
 * @returns `undefined` when there is no such file.
 * @throws UnreadableFile for a folder, pipe, socket or device, for more than 16 MiB, and when the system refuses it.
 */
export async function readTextFile(file: string): Promise<string | undefined> {
  try {
    const isGiven = givenByShell.test(file);
    // Not blocking: else a pipe is not even opened before somebody writes to it.
    const handle = await open(file, constants.O_RDONLY | (isGiven ? 0 : (constants.O_NONBLOCK ?? 0)));
    try {
      const stats = await handle.stat();
      if (!stats.isFile() && !(isGiven && stats.isFIFO())) {
        throw new UnreadableFile(stats.isDirectory() ? "is a folder" : "is no regular file");
      }
      return await readBounded(handle);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof UnreadableFile) {
      throw error;
    }
    switch ((error as NodeJS.ErrnoException).code) {
      case "ENOENT":
      case "ENOTDIR":
        return undefined;
      case "EACCES":
      case "EPERM":
        throw new UnreadableFile("may not be read by this user", { cause: error });
      case "ELOOP":
        throw new UnreadableFile("is a link that leads back to itself", { cause: error });
      case "ENXIO":
        throw new UnreadableFile("is no regular file", { cause: error });
      default:
        throw new UnreadableFile(`can't be read: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
    }
  }
}

/** The size that the system tells is not relied on: files of the kernel have none, others grow. */
async function readBounded(handle: Awaited<ReturnType<typeof open>>): Promise<string> {
  const pieces: Buffer[] = [];
  for (let size = 0; ; ) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(65_536), 0, 65_536, null);
    if (bytesRead === 0) {
      return Buffer.concat(pieces, size).toString("utf8");
    }
    size += bytesRead;
    if (size > mostBytes) {
      throw new UnreadableFile(`is larger than ${mostBytes / 1_048_576} MiB`);
    }
    pieces.push(buffer.subarray(0, bytesRead));
  }
}
