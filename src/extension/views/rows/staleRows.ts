import type { AppView } from "../../apps/appView.ts";
import type { Localize } from "../../platform/localize.ts";
import { busy, type TreeRow } from "./treeRow.ts";

/** That what runs is not what is on the disk; a click shows the files. None while nobody has looked. */
export function staleRows({ key, snapshot }: AppView, t: Localize): TreeRow[] {
  const { stale = 0, generation = 0 } = snapshot?.app ?? {};
  if (stale === 0) {
    return [];
  }
  const label =
    stale === 1
      ? t("1 file changed since gen {0}", generation)
      : t("{0} files changed since gen {1}", stale, generation);
  return [
    {
      id: `${key}#stale`,
      app: key,
      label,
      description: "",
      tooltip: "",
      icon: { name: "diff", color: busy },
      contextValue: "stale",
      accessibilityLabel: label,
      expandable: false,
      children: [],
      opens: "changes",
    },
  ];
}
