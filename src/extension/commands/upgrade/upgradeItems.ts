import type { QuickPickItem } from "vscode";
import type { NodeProgram } from "../../../client/node/nodeProgram.ts";
import { engineSentence } from "../../platform/engineSentence.ts";
import type { Localize } from "../../platform/localize.ts";
import { nodeSourceWord } from "../../presentation/supervisorWords.ts";

/** Which Node.js the new supervisor runs on. */
export type NodeChoice =
  /** What the setting, `.nvmrc` or `.node-version` names. */
  | { readonly kind: "wanted" }
  | { readonly kind: "same" }
  /** A program, or a version that is installed. */
  | { readonly kind: "named"; readonly node: string }
  | { readonly kind: "browse" };

export interface UpgradeItem extends QuickPickItem {
  readonly choice: NodeChoice;
}

/** What is offered: first what the project names, then the Node.js that runs, then every other one, newest first. */
export function upgradeItems(facts: {
  /** `process.version` and the version of Hitless. */
  readonly running: { readonly node: string; readonly hitless: string };
  /** Of this Hitless. */
  readonly version: string;
  /** What the project names, or why that can't be run; `undefined` if it names nothing. */
  readonly wanted: NodeProgram | { readonly problem: string } | undefined;
  readonly installed: readonly NodeProgram[];
  readonly t: Localize;
}): UpgradeItem[] {
  const { running, version, wanted, installed, t } = facts;
  const same: UpgradeItem = {
    label: t("The same, with this Hitless"),
    description: [
      `Node.js ${running.node}`,
      running.hitless === version ? `Hitless ${version}` : `Hitless ${running.hitless} → ${version}`,
    ].join(" · "),
    choice: { kind: "same" },
  };
  const others = installed.filter(
    ({ path, version: other }) =>
      other !== running.node && (wanted === undefined || "problem" in wanted || path !== wanted.path),
  );
  return [
    ...wantedItems(wanted, running.node, t),
    same,
    ...others.map(
      ({ path, version: other, source }): UpgradeItem => ({
        label: `Node.js ${other}`,
        description: source === "explicit" ? path : `${path} (${source})`,
        choice: { kind: "named", node: path },
      }),
    ),
    { label: `$(folder-opened) ${t("Another program…")}`, choice: { kind: "browse" } },
  ];
}

function wantedItems(
  wanted: NodeProgram | { readonly problem: string } | undefined,
  running: string,
  t: Localize,
): UpgradeItem[] {
  if (wanted === undefined) {
    return [];
  }
  if ("problem" in wanted) {
    // Picked, it tells the same with the buttons that help.
    return [
      {
        label: `$(warning) ${t("As set by the project")}`,
        description: engineSentence(wanted.problem, t),
        choice: { kind: "wanted" },
      },
    ];
  }
  const { path, version, source } = wanted;
  return version === running
    ? []
    : [
        {
          label: `Node.js ${version}`,
          description: path,
          detail: t("named by {0}", nodeSourceWord(source, t)),
          choice: { kind: "wanted" },
        },
      ];
}
