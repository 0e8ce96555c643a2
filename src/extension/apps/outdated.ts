import { compareVersions } from "../../client/node/installedNodes.ts";
import type { NodeProgram } from "../../client/node/nodeProgram.ts";
import type { Snapshot } from "../../shared/snapshot.ts";

export type Scheduling = NonNullable<Snapshot["supervisor"]["scheduling"]>;

/** The default of the setting, whose table loads a package. */
export const usualScheduling: Scheduling = "roundRobin";

/** In what a running supervisor differs from what it would be if it were started now. */
export interface Outdated {
  /** What the setting, `.nvmrc` or `.node-version` names, which does not run. */
  readonly node?: NodeProgram;
  /** Version of this Hitless, which is newer than the supervisor's. */
  readonly hitless?: string;
  /** What the settings say, where the supervisor has another one. */
  readonly scheduling?: Scheduling;
}

/**
 * @param named The Node.js that is named for the app, if that was another one when it was looked up.
 * @param scheduling What the settings say of it, which hold for this app.
 * @returns `undefined` if nothing differs. A supervisor that is newer than this Hitless needs no renewal.
 */
export function outdatedBy(
  { supervisor }: Pick<Snapshot, "supervisor">,
  {
    named,
    version,
    scheduling: wanted,
  }: {
    readonly named: NodeProgram | undefined;
    readonly version: string;
    readonly scheduling?: Scheduling | undefined;
  },
): Outdated | undefined {
  const node = named?.version === supervisor.nodeVersion ? undefined : named;
  const isOlder = compareVersions(supervisor.version, version) < 0;
  const scheduling = supervisor.scheduling === undefined || wanted === supervisor.scheduling ? undefined : wanted;
  return node === undefined && !isOlder && scheduling === undefined
    ? undefined
    : {
        ...(node !== undefined && { node }),
        ...(isOlder && { hitless: version }),
        ...(scheduling !== undefined && { scheduling }),
      };
}

/** The same for the same difference, in words of no language: by it one remembers that a difference was told. */
export function differenceMark({ node, hitless, scheduling }: Outdated): string {
  return [node?.version ?? "", hitless ?? "", ...(scheduling === undefined ? [] : [scheduling])].join(" ");
}
