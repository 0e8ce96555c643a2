import type { NodeProgram } from "../../client/node/nodeProgram.ts";
import type { RenewalReport } from "../../shared/report.ts";
import type { AppView } from "../apps/appView.ts";
import type { Outdated } from "../apps/outdated.ts";
import type { Localize } from "../platform/localize.ts";

/** Where a Node.js is named. */
export function nodeSourceWord(source: NodeProgram["source"], t: Localize): string {
  return source === "explicit" ? t("the setting “node”") : source;
}

/** In what the supervisor of an app differs from what is wanted, as a sentence of its own. */
export function outdatedText(
  { name, snapshot }: AppView,
  { node, hitless, scheduling }: Outdated,
  t: Localize,
): string {
  const running = snapshot?.supervisor;
  return [
    ...(node === undefined
      ? []
      : [
          t(
            "“{0}” runs on Node.js {1}, and {2} names {3}.",
            name,
            running?.nodeVersion ?? "",
            nodeSourceWord(node.source, t),
            node.version,
          ),
        ]),
    ...(hitless === undefined
      ? []
      : [t("The supervisor of “{0}” is of Hitless {1}, and this is {2}.", name, running?.version ?? "", hitless)]),
    ...(scheduling === undefined
      ? []
      : [
          t(
            "“{0}” runs with the scheduling {1}, and its settings say {2}.",
            name,
            running?.scheduling ?? "",
            scheduling,
          ),
        ]),
    t("It can be renewed as by a reload."),
  ].join(" ");
}

/** The Node.js of an app and the one that is named in its place. */
export function nodeFact({ snapshot, outdated }: AppView, t: Localize): string | undefined {
  const running = snapshot?.supervisor.nodeVersion;
  const { node } = outdated ?? {};
  return running === undefined || node === undefined
    ? running
    : t("{0} ({1} names {2})", running, nodeSourceWord(node.source, t), node.version);
}

/** The process of the supervisor, and its version where this Hitless is newer. */
export function supervisorFact({ snapshot, outdated }: AppView, t: Localize): string | undefined {
  if (snapshot === undefined) {
    return undefined;
  }
  const { pid, version } = snapshot.supervisor;
  return outdated?.hitless === undefined
    ? t("process {0}", pid)
    : t("process {0}, of Hitless {1} (this is {2})", pid, version, outdated.hitless);
}

/** To what a renewal leads that would change something, in a few words. */
export function outdatedWords({ node, hitless, scheduling }: Outdated): string {
  return [
    ...(node === undefined ? [] : [`Node.js ${node.version}`]),
    ...(hitless === undefined ? [] : [`Hitless ${hitless}`]),
    ...(scheduling === undefined ? [] : [`scheduling ${scheduling}`]),
  ].join(", ");
}

/** From which supervisor to which a renewal led: what differs, or else what both are. */
export function supervisorChange({ from, to }: NonNullable<RenewalReport["supervisor"]>): string {
  const node = from.nodeVersion === to.nodeVersion ? [] : [`Node.js ${from.nodeVersion} → ${to.nodeVersion}`];
  const hitless = from.version === to.version ? [] : [`Hitless ${from.version} → ${to.version}`];
  const both = [...node, ...hitless];
  return (both.length > 0 ? both : [`Node.js ${to.nodeVersion}`, `Hitless ${to.version}`]).join(", ");
}
