import type { LayerFacts, LayerPulse } from "../../../shared/layers/facts.ts";
import { dependencyRows } from "../../../shared/layers/rows/dependencyRows.ts";
import { t } from "../../../shared/translate.ts";
import { h } from "../../dom.ts";
import { purposeOf } from "../../model/purposes.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { createFactList } from "../factList.ts";
import { createDataTable } from "../table/dataTable.ts";

type Version = LayerFacts["dependencies"]["versions"][number];
type Space = LayerPulse["v8"]["spaces"][number];
type Active = LayerPulse["uv"]["active"][number];

/** What each library is and is doing: V8's heap, libuv's loop, and the versions of all. */
export function createDependencyDetails(context: PageContext): Part {
  const { count, bytes } = context.numbers;
  let shown: Pick<PageData, "facts" | "pulse"> = { facts: undefined, pulse: undefined };
  const facts = createFactList();
  const spaces = createDataTable<Space>({
    title: t("V8's heap"),
    columns: [
      {
        id: "name",
        title: t("Space"),
        cell: ({ name }) => name.replaceAll("_", " "),
        order: ({ name }) => name,
      },
      { id: "used", title: t("Used"), numeric: true, cell: ({ used }) => bytes(used), order: ({ used }) => used },
      { id: "size", title: t("Size"), numeric: true, cell: ({ size }) => bytes(size), order: ({ size }) => size },
    ],
    keyOf: ({ name }) => name,
    sortedBy: { id: "used", descending: true },
    empty: t("Nothing is known yet."),
    count,
  });
  const active = createDataTable<Active>({
    title: t("libuv's open handles and requests"),
    columns: [
      { id: "type", title: t("Type"), cell: ({ type }) => type, order: ({ type }) => type },
      {
        id: "count",
        title: t("Count"),
        width: 72,
        numeric: true,
        cell: (each) => count(each.count),
        order: (each) => each.count,
      },
    ],
    keyOf: ({ type }) => type,
    sortedBy: { id: "count", descending: true },
    filterText: ({ type }) => type,
    empty: t("None is open."),
    count,
  });
  const versions = createDataTable<Version>({
    title: t("Versions"),
    columns: [
      { id: "name", title: t("Name"), width: 132, cell: ({ name }) => name, order: ({ name }) => name },
      {
        id: "version",
        title: t("Version"),
        width: 160,
        cell: ({ version }) => version,
        order: ({ version }) => version,
      },
      {
        id: "purpose",
        title: t("What it is for"),
        cell: ({ name }) => purposeOf(name),
        order: ({ name }) => purposeOf(name),
      },
    ],
    keyOf: ({ name }) => name,
    sortedBy: { id: "name", descending: false },
    filterText: ({ name, version }) => `${name} ${version} ${purposeOf(name)}`,
    empty: t("Nothing is known yet."),
    count,
  });
  return {
    element: h("div", { class: "details-grid" }, facts.element, spaces.element, active.element, versions.element),
    update({ facts: known, pulse }) {
      if (known === shown.facts && pulse === shown.pulse) {
        return;
      }
      facts.update(dependencyRows({ facts: known, pulse }, { t, ...context.numbers }));
      if (known !== shown.facts) {
        versions.update(known?.dependencies.versions ?? []);
      }
      if (pulse !== shown.pulse) {
        spaces.update(pulse?.v8.spaces ?? []);
        active.update(pulse?.uv.active ?? []);
      }
      shown = { facts: known, pulse };
    },
  };
}
