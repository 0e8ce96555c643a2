import { t } from "../../../shared/translate.ts";
import { h } from "../../dom.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { createFactList } from "../factList.ts";

/** The machine with its limits, and what the worker takes of it. */
export function createSystemDetails({ numbers }: PageContext): Part {
  const { count, bytes, percent, decimal } = numbers;
  const machine = createFactList();
  const use = createFactList();
  const about = h(
    "p",
    { class: "note" },
    t("CPU is of the last second; all that is counted, since the worker started."),
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
      const os = facts?.os;
      machine.update(
        os === undefined
          ? []
          : [
              { id: "system", label: t("System"), value: `${os.platform} ${os.release} ${os.arch}` },
              { id: "cpu", label: t("CPU"), value: `${count(os.cpus)} × ${os.cpuModel}` },
              { id: "usable", label: t("CPUs it may use"), value: count(os.availableCpus) },
              {
                id: "limit",
                label: t("CPU limit"),
                value: os.cpuLimit === undefined ? t("None") : decimal(os.cpuLimit),
              },
              { id: "memory", label: t("Memory"), value: bytes(os.memoryTotal) },
              {
                id: "memoryLimit",
                label: t("Memory limit"),
                value: os.memoryLimit === undefined ? t("None") : bytes(os.memoryLimit),
              },
              {
                id: "files",
                label: t("Open files at most"),
                value: os.fileLimit === undefined ? t("unknown") : count(os.fileLimit),
              },
            ],
      );
      const own = pulse?.os;
      use.update(
        own === undefined
          ? []
          : [
              { id: "user", label: t("CPU, user"), value: percent(own.cpuUser) },
              { id: "system", label: t("CPU, system"), value: percent(own.cpuSystem) },
              { id: "voluntary", label: t("Switches, voluntary"), value: count(own.voluntarySwitches) },
              { id: "involuntary", label: t("Switches, involuntary"), value: count(own.involuntarySwitches) },
              { id: "reads", label: t("File reads"), value: count(own.fsReads) },
              { id: "writes", label: t("File writes"), value: count(own.fsWrites) },
              { id: "minor", label: t("Page faults, minor"), value: count(own.minorFaults) },
              { id: "major", label: t("Page faults, major"), value: count(own.majorFaults) },
            ],
      );
    },
  };
}
