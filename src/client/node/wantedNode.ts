import { type NodeProgram, resolveNode } from "./nodeProgram.ts";
import { findNodeVersionFile, matchesWish } from "./nodeVersionFile.ts";

/**
 * The Node.js that `.nvmrc` or `.node-version` asks for; `undefined` if neither does.
 * @throws HitlessError `nodeUnusable` or `nodeTooOld`, with the remedy `pickNode`.
 */
export async function wantedNode(cwd: string): Promise<NodeProgram | undefined> {
  const file = await findNodeVersionFile(cwd);
  return file === undefined ? undefined : resolveNode({ cwd });
}

/**
 * The Node.js that the setting (`explicit`), else `.nvmrc` or `.node-version` names, if it is not of the version that runs.
 * `undefined` as well where nothing is named, or what is named is not installed.
 * @param running `process.version` of the one that runs.
 */
export async function otherNode(options: {
  readonly explicit: string | undefined;
  readonly cwd: string;
  readonly running: string;
}): Promise<NodeProgram | undefined> {
  const { explicit, cwd, running } = options;
  if (explicit === undefined) {
    const file = await findNodeVersionFile(cwd);
    // No program is started for what a file already tells.
    if (file === undefined || matchesWish(running.slice(1), file.wish)) {
      return undefined;
    }
  }
  const program = await resolveNode({ explicit, cwd }).catch(() => undefined);
  return program === undefined || program.version === running ? undefined : program;
}
