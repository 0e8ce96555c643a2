import { statSync } from "node:fs";
import { isAbsolute } from "node:path";
import { HitlessError } from "../../shared/errors.ts";

/**
 * The folder that this process was started in, by the path the user took: a shell keeps it in `PWD`, while the system
 * only knows the target of all links. A folder of releases is entered through a link that will point elsewhere after
 * the next deployment.
 * @throws HitlessError `invalidState` when it no longer exists.
 */
export function currentFolder(environment: NodeJS.ProcessEnv): string {
  let real: string;
  try {
    real = process.cwd();
  } catch (error) {
    const gone = "The current folder does not exist any more. Go to another one (cd), or to the same path anew.";
    throw new HitlessError("invalidState", gone, { cause: error });
  }
  const named = environment.PWD;
  return named !== undefined && isAbsolute(named) && isSameFolder(named, real) ? named : real;
}

/** `PWD` is only a variable: a program that starts another in a different folder need not change it. */
function isSameFolder(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)];
    return a.isDirectory() && a.ino !== 0 && a.ino === b.ino && a.dev === b.dev;
  } catch {
    return false;
  }
}
