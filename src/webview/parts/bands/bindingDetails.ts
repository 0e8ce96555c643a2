import type { Addon } from "../../../shared/layers/facts.ts";
import { bindingRows } from "../../../shared/layers/rows/bindingRows.ts";
import { t } from "../../../shared/translate.ts";
import { h } from "../../dom.ts";
import { shortPath } from "../../model/shortPath.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { createFactList } from "../factList.ts";
import { createNameList } from "../nameList.ts";
import { createDataTable } from "../table/dataTable.ts";

/** The addons of the app, and the bindings of Node.js. */
export function createBindingDetails(context: PageContext): Part {
  const { count } = context.numbers;
  let root: string | undefined;
  let shown: PageData["facts"];
  const facts = createFactList();
  const addons = createDataTable<Addon>({
    title: t("Addons"),
    columns: [
      {
        id: "file",
        title: t("File"),
        cell: ({ file }) => shortPath(file, root, context.home),
        order: ({ file }) => file,
      },
      {
        id: "package",
        title: t("Package"),
        width: 150,
        cell: ({ package: name = "–", version = "" }) => `${name} ${version}`,
        order: ({ package: name = "" }) => name,
      },
      { id: "interface", title: t("Built for"), width: 110, cell: interfaceWord, order: interfaceWord },
      {
        id: "rebuild",
        title: t("For another Node.js"),
        width: 150,
        cell: ({ rebuild }) =>
          rebuild === undefined ? t("unknown") : rebuild ? t("must be rebuilt") : t("no rebuild needed"),
      },
    ],
    keyOf: ({ file }) => file,
    sortedBy: { id: "file", descending: false },
    filterText: ({ file, package: name = "" }) => `${file} ${name}`,
    empty: t("No C++ addon is loaded: nothing has to be rebuilt for another Node.js."),
    count,
  });
  const bindings = createNameList({ title: t("Internal bindings"), empty: t("None"), count });
  return {
    element: h("div", { class: "details-grid" }, facts.element, addons.element, bindings.element),
    update({ facts: next, app }) {
      if (next === undefined || next === shown) {
        return;
      }
      shown = next;
      root = app?.root;
      facts.update(bindingRows({ facts: next }, { t, ...context.numbers }));
      addons.update(next.bindings.addons);
      bindings.update(next.bindings.internal);
    },
  };
}

function interfaceWord(addon: Addon): string {
  const level = addon.level === undefined ? "" : ` ${addon.level}`;
  return { napi: `Node-API${level}`, abi: `ABI${level}`, unknown: t("unknown") }[addon.interface];
}
