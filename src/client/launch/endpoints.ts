import { link, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { type Endpoint, endpointSchema } from "../../shared/launch.ts";
import { openSocket } from "../connection/openSocket.ts";
import { isDead } from "./pidSpace.ts";

/** Milliseconds a supervisor may take to accept a connection before it counts as busy (and is still listed). */
const probeDeadlineMs = 1_000;

/** Milliseconds for which an unreadable file may be one that is being written. */
const writingMs = 5_000;

/** Anything that names a process, though it may come from a Hitless whose endpoint files look different. */
const anyEndpointSchema = v.object({ pid: v.number(), pidSpace: v.optional(v.string()) });

/** The supervisors that run, in whichever of the user's folders, oldest first. */
export async function listAllEndpoints(folders: readonly string[]): Promise<Endpoint[]> {
  const found = await Promise.all(folders.map(listEndpoints));
  return found.flat().sort((a, b) => a.startedAt - b.startedAt);
}

/**
 * The supervisors that run, oldest first. Files of those that are gone (dead process, nobody at the socket,
 * unreadable) are removed on the way.
 */
export async function listEndpoints(folder: string): Promise<Endpoint[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return [];
  }
  const found = await Promise.all(
    names.filter((name) => name.endsWith(".json")).map((name) => readEndpoint(join(folder, name))),
  );
  return found.filter((endpoint) => endpoint !== undefined).sort((a, b) => a.startedAt - b.startedAt);
}

async function readEndpoint(file: string): Promise<Endpoint | undefined> {
  let text = "";
  let content: unknown;
  try {
    text = await readFile(file, "utf8");
    content = JSON.parse(text);
  } catch {
    await removeUnlessFresh(file, text);
    return undefined;
  }
  const result = v.safeParse(endpointSchema, content);
  if (!result.success) {
    const other = v.safeParse(anyEndpointSchema, content);
    if (!other.success || isDead(other.output)) {
      await removeUnlessFresh(file, text);
    }
    return undefined;
  }
  const endpoint = result.output;
  if (isDead(endpoint) || !(await isListening(endpoint.socket))) {
    if (!(await removeSame(file, text))) {
      // Another supervisor has taken the app over since it was read: it has its own socket, and the file is its own.
      return readEndpoint(file);
    }
    if (process.platform !== "win32") {
      await remove(endpoint.socket);
    }
    return undefined;
  }
  return endpoint;
}

async function isListening(socketPath: string): Promise<boolean> {
  const attempt = await openSocket(socketPath, probeDeadlineMs);
  if (attempt.kind === "open") {
    attempt.socket.destroy();
  }
  return attempt.kind !== "refused";
}

async function removeUnlessFresh(file: string, text: string): Promise<void> {
  const stats = await stat(file).catch(() => undefined);
  if (stats !== undefined && Date.now() - stats.mtimeMs > writingMs) {
    await removeSame(file, text);
  }
}

/** Of this process, to give each file that it puts aside another name. */
let asides = 0;

/**
 * Removes a file that still holds this text. It is put aside first and read again there: another supervisor may write
 * its own in any moment before, and would never be found.
 * @returns False if it held something else, and is there again.
 */
async function removeSame(file: string, text: string): Promise<boolean> {
  asides += 1;
  const aside = `${file}.${process.pid}.${asides}.tmp`;
  try {
    await rename(file, aside);
  } catch {
    return true;
  }
  const isSame = (await readFile(aside, "utf8").catch(() => text)) === text;
  if (!isSame) {
    // Not in place of a still newer one; some file systems have no second names.
    await link(aside, file).catch((error: NodeJS.ErrnoException) =>
      error.code === "EEXIST" ? undefined : rename(aside, file).catch(() => undefined),
    );
  }
  await remove(aside);
  return isSame;
}

/** Another client may tidy up at the same time, so a file that is gone is as good as removed. */
async function remove(file: string): Promise<void> {
  await rm(file, { force: true }).catch(() => undefined);
}
