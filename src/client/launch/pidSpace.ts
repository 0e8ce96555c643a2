import { readlinkSync } from "node:fs";

/**
 * Names the namespace of process ids: on Linux each container has its own, and a runtime folder may be shared between
 * them. Elsewhere there is a single one, with an empty name.
 */
export function pidSpace(): string {
  try {
    // Such as `pid:[4026531836]`.
    return readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
  } catch {
    return "";
  }
}

/** A process and its pid namespace; without one it is taken for ours. */
export interface ProcessName {
  readonly pid: number;
  readonly pidSpace?: string | undefined;
}

/** Whether this process has certainly ended: for one in another namespace that is unknown here. */
export function isDead({ pid, pidSpace: space }: ProcessName): boolean {
  if (space !== undefined && space !== pidSpace()) {
    return false;
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // `EPERM` means that it exists, and is not ours.
    return (error as NodeJS.ErrnoException).code !== "EPERM";
  }
}
