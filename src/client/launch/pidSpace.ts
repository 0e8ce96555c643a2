import { readlinkSync } from "node:fs";

/**
 * Names what process ids are counted in: on Linux each container has a space of its own, and a runtime folder may be
 * shared between them. Elsewhere there is one for all, with an empty name.
 */
export function pidSpace(): string {
  try {
    // Such as `pid:[4026531836]`.
    return readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
  } catch {
    return "";
  }
}

/** A process and the space that its id is counted in; without one it is taken for ours. */
export interface ProcessName {
  readonly pid: number;
  readonly pidSpace?: string | undefined;
}

/** Whether this process is certain to have ended: of one in another space nobody here can tell. */
export function isDead({ pid, pidSpace: space }: ProcessName): boolean {
  if (space !== undefined && space !== pidSpace()) {
    return false;
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // `EPERM` says that there is one, and that it is not ours.
    return (error as NodeJS.ErrnoException).code !== "EPERM";
  }
}
