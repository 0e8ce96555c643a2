import { statSync } from "node:fs";
import { isAbsolute } from "node:path";
import { HitlessError } from "../../shared/errors.ts";

/**
 * The folder that this process was started in, by the name under which the person went there: a shell keeps it in `PWD`,
 * while the system only knows where all links lead. A folder of releases is gone to through a link that will lead
 * elsewhere after the next deployment.
 * @throws HitlessError `invalidState` when it does not exist any more.
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

/** `PWD` is only a variable: whoever starts a program in another folder need not change it. */
function isSameFolder(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)];
    return a.isDirectory() && a.ino !== 0 && a.ino === b.ino && a.dev === b.dev;
  } catch {
    return false;
  }
}
