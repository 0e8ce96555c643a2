import { machineRows, useRows } from "../../../shared/layers/rows/systemRows.ts";
import { t } from "../../../shared/translate.ts";
import { h } from "../../dom.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { createFactList } from "../factList.ts";

/** The machine and its limits, and what the worker uses of it. */
export function createSystemDetails({ numbers }: PageContext): Part {
  const style = { t, ...numbers };
  const machine = createFactList();
  const use = createFactList();
  const about = h(
    "p",
    { class: "note" },
    t("CPU is measured over the last second, counters since the worker started."),
  );
  let shown: Pick<PageData, "facts" | "pulse"> = { facts: undefined, pulse: undefined };
  return {
    element: h(
      "div",
      { class: "details-grid" },
      h("div", { class: "table wide" }, h("h3", {}, t("Machine")), machine.element),
      h("div", { class: "table wide" }, h("h3", {}, t("This worker")), use.element, about),
    ),
    update({ facts, pulse }) {
      if (facts === shown.facts && pulse === shown.pulse) {
        return;
      }
      shown = { facts, pulse };
      machine.update(machineRows({ facts }, style));
      use.update(useRows({ pulse }, style));
    },
  };
}
