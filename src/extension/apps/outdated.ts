import { compareVersions } from "../../client/node/installedNodes.ts";
import type { NodeProgram } from "../../client/node/nodeProgram.ts";
import type { Snapshot } from "../../shared/snapshot.ts";

/** In what a running supervisor differs from what it would be if it were started now. */
export interface Outdated {
  /** What the setting, `.nvmrc` or `.node-version` names, which does not run. */
  readonly node?: NodeProgram;
  /** Version of this Hitless, which is newer than the supervisor's. */
  readonly hitless?: string;
}

/**
 * @param named The Node.js that is named for the app, if that was another one when it was looked up.
 * @returns `undefined` if nothing differs. A supervisor that is newer than this Hitless needs no renewal.
 */
export function outdatedBy(
  { supervisor }: Pick<Snapshot, "supervisor">,
  { named, version }: { readonly named: NodeProgram | undefined; readonly version: string },
): Outdated | undefined {
  const node = named?.version === supervisor.nodeVersion ? undefined : named;
  const isOlder = compareVersions(supervisor.version, version) < 0;
  return node === undefined && !isOlder
    ? undefined
    : { ...(node !== undefined && { node }), ...(isOlder && { hitless: version }) };
}

/** The same for the same difference, in words of no language: by it one remembers that a difference was told. */
export function differenceMark({ node, hitless }: Outdated): string {
  return [node?.version ?? "", hitless ?? ""].join(" ");
}
