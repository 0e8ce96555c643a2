import type { LayerFacts } from "../../../shared/layers/facts.ts";
import { apiRows } from "../../../shared/layers/rows/apiRows.ts";
import { t } from "../../../shared/translate.ts";
import { h } from "../../dom.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { createFactList } from "../factList.ts";
import { createNameList } from "../nameList.ts";
import { sourceLink } from "../sourceLink.ts";
import { createDataTable } from "../table/dataTable.ts";

type Warning = LayerFacts["api"]["warnings"][number];

/** The release, flags, built-in modules, and warnings of Node.js. */
export function createApiDetails(context: PageContext): Part {
  const { count } = context.numbers;
  const style = { t, ...context.numbers };
  let root: string | undefined;
  let shown: PageData["facts"];
  const facts = createFactList();
  const warnings = createDataTable<Warning>({
    title: t("Warnings"),
    columns: [
      {
        id: "code",
        title: t("Code"),
        width: 96,
        cell: ({ code, name }) => code ?? name,
        order: ({ code, name }) => code ?? name,
      },
      { id: "message", title: t("Message"), cell: ({ message }) => message, order: ({ message }) => message },
      {
        id: "at",
        title: t("Raised at"),
        width: 150,
        cell: ({ at }) => (at === undefined ? "–" : sourceLink(at, root, context)),
      },
      {
        id: "count",
        title: t("Times"),
        width: 64,
        numeric: true,
        cell: (each) => count(each.count),
        order: (each) => each.count,
      },
    ],
    keyOf: ({ name, code = "", message, at }) => JSON.stringify([name, code, message, at]),
    sortedBy: { id: "count", descending: true },
    filterText: ({ code = "", name, message }) => `${code} ${name} ${message}`,
    empty: t("Node.js has not warned of anything."),
    count,
  });
  const builtins = createNameList({ title: t("Built-in modules in use"), empty: t("None"), count });
  return {
    element: h("div", { class: "details-grid" }, facts.element, warnings.element, builtins.element),
    update({ facts: next, pulse, app }) {
      facts.update(apiRows({ facts: next, pulse }, style));
      if (next === undefined || next === shown) {
        return;
      }
      shown = next;
      root = app?.root;
      warnings.update(next.api.warnings);
      builtins.update(next.api.builtins);
    },
  };
}
