/** Whether a process of this id exists; one that has ended keeps its id until its parent has taken note. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be asked.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
