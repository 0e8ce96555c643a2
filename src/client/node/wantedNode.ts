import { type NodeProgram, resolveNode } from "./nodeProgram.ts";
import { findNodeVersionFile } from "./nodeVersionFile.ts";

/**
 * The Node.js that `.nvmrc` or `.node-version` asks for; `undefined` if neither does.
 * @throws HitlessError `nodeUnusable` or `nodeTooOld`, with the remedy `pickNode`.
 */
export async function wantedNode(cwd: string): Promise<NodeProgram | undefined> {
  const file = await findNodeVersionFile(cwd);
  return file === undefined ? undefined : resolveNode({ cwd });
}
