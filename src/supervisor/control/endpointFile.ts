import { renameSync, rmSync, writeFileSync } from "node:fs";
import type { Endpoint } from "../../shared/launch.ts";

/** Writes the file by which clients find this supervisor: readable by its owner only, and never incomplete. */
export function writeEndpointFile(file: string, endpoint: Endpoint): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, JSON.stringify(endpoint), { mode: 0o600, flag: "wx" });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Removes the files by which clients find this supervisor. */
export function removeEndpoint(file: string, socket: string): void {
  rmSync(file, { force: true });
  removeSocket(socket);
}

/** Removes the socket of a supervisor that is found elsewhere, or was never to be found. */
export function removeSocket(socket: string): void {
  if (process.platform !== "win32") {
    rmSync(socket, { force: true });
  }
}
