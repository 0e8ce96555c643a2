import { dependencyTitles } from "../../../shared/layers/catalogue/pathTexts.ts";
import type { Layer } from "../../../shared/layers/layer.ts";
import type { SamplePart } from "../../../shared/layers/sample.ts";
import { t } from "../../../shared/translate.ts";
import { h } from "../../dom.ts";
import { functionsOfLayer, type LayerFunction, partsOfLayer } from "../../model/shares.ts";
import { partTitle } from "../../model/titles.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { functionColumns, functionText } from "../sample/functionColumns.ts";
import { sourceLink } from "../sourceLink.ts";
import { createDataTable } from "../table/dataTable.ts";
import type { Column } from "../table/tableRow.ts";

/** Where a layer spent its time in the last sample. */
export function createSampleDetails(layer: Layer, context: PageContext): Part {
  const { count, percent, milliseconds } = context.numbers;
  let root: string | undefined;
  let shown: { sample: PageData["sample"]; busyOnly: boolean } = { sample: undefined, busyOnly: false };
  const times: readonly Column<Pick<SamplePart, "selfMs" | "share">>[] = [
    {
      id: "self",
      title: t("Self time"),
      numeric: true,
      cell: ({ selfMs }) => milliseconds(selfMs),
      order: ({ selfMs }) => selfMs,
    },
    {
      id: "share",
      title: t("Share"),
      width: 72,
      numeric: true,
      cell: ({ share }) => percent(share),
      order: ({ share }) => share,
    },
  ];
  const parts = createDataTable<SamplePart>({
    title: t("CPU time by part"),
    columns: [{ id: "part", title: t("Part"), cell: partCell, order: partTitle }, ...times],
    keyOf: ({ id }) => id,
    sortedBy: { id: "self", descending: true },
    filterText: (part) => `${partTitle(part)} ${partNote(part)}`,
    empty: t("The sample saw nothing of this layer."),
    count,
  });
  const functions = createDataTable<LayerFunction>({
    title: t("Top functions"),
    columns: [
      ...functionColumns(() => root, context),
      {
        id: "caller",
        title: t("Called for"),
        cell: ({ caller }) =>
          caller?.at === undefined
            ? (caller?.name ?? "–")
            : h("span", {}, `${caller.name} `, sourceLink(caller.at, root, context)),
        order: ({ caller }) => caller?.name ?? "",
      },
      ...times,
    ],
    keyOf: ({ key }) => key,
    sortedBy: { id: "self", descending: true },
    filterText: functionText,
    empty: t("The sample saw no function of this layer."),
    count,
  });
  const element = h("div", { class: "details-grid" }, functions.element, parts.element);
  return {
    element,
    update({ sample, saved: { busyOnly }, app }) {
      element.hidden = sample === undefined;
      if (sample === undefined || (sample === shown.sample && busyOnly === shown.busyOnly)) {
        return;
      }
      shown = { sample, busyOnly };
      root = app?.root;
      const ownParts = partsOfLayer(sample, layer, busyOnly);
      const ownFunctions = functionsOfLayer(sample, layer, busyOnly);
      // For a layer with a single part, its own bar says it all.
      const [first] = ownParts;
      parts.element.hidden = ownParts.length < 2 && (first?.kind === "code" || first?.kind === "node");
      functions.element.hidden = ownFunctions.length === 0 && !parts.element.hidden;
      parts.update(ownParts);
      functions.update(ownFunctions);
    },
  };
}

function partCell(part: SamplePart): HTMLElement {
  return h("span", {}, partTitle(part), " ", h("span", { class: "detail" }, partNote(part)));
}

/** The kind of thing a name stands for, and the dependency behind a binding. */
function partNote({ kind, dependency }: SamplePart): string {
  switch (kind) {
    case "package":
      return t("package");
    case "binding":
      return dependency === undefined ? t("binding") : t("binding, leads to {0}", dependencyTitles[dependency]);
    case "loop":
      return dependency === undefined
        ? t("before any JavaScript runs")
        : t("before any JavaScript runs, leads to {0}", dependencyTitles[dependency]);
    default:
      return "";
  }
}
