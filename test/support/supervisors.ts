import { listEndpoints } from "../../src/client/launch/endpoints.ts";
import type { Endpoint } from "../../src/shared/launch.ts";
import { isAlive, signal } from "./process/processes.ts";
import { poll } from "./process/until.ts";

const stopDeadlineMs = 15_000;

/** Ends every supervisor whose endpoint file is in a runtime folder, gracefully and then by force. */
export async function endSupervisors(runtimeFolder: string): Promise<void> {
  const endpoints = await listEndpoints(runtimeFolder);
  const gone = () => endpoints.every(({ pid }) => !isAlive(pid));
  const tell = (name: NodeJS.Signals) => {
    for (const { pid } of endpoints) {
      signal(pid, name);
    }
  };
  tell("SIGTERM");
  try {
    await poll("the supervisors end", gone, stopDeadlineMs);
  } catch {
    tell("SIGKILL");
  }
}

/** The supervisor of the only app that runs from a runtime folder. */
export async function onlySupervisor(runtimeFolder: string): Promise<Endpoint> {
  const [endpoint, ...others] = await listEndpoints(runtimeFolder);
  if (endpoint === undefined || others.length > 0) {
    throw new Error(`${endpoint === undefined ? "No" : others.length + 1} supervisors run; one was expected.`);
  }
  return endpoint;
}
