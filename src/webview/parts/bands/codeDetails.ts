import type { LoadedModule, LoadedPackage } from "../../../shared/layers/facts.ts";
import { codeRows } from "../../../shared/layers/rows/codeRows.ts";
import { row } from "../../../shared/layers/rows/row.ts";
import { t } from "../../../shared/translate.ts";
import { h } from "../../dom.ts";
import { shortPath } from "../../model/shortPath.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { createFactList } from "../factList.ts";
import { createNameList } from "../nameList.ts";
import { sourceLink } from "../sourceLink.ts";
import { createDataTable } from "../table/dataTable.ts";

/** Entry, packages, modules, and the names of the environment variables. */
export function createCodeDetails(context: PageContext): Part {
  const { count, bytes } = context.numbers;
  const style = { t, ...context.numbers };
  let root: string | undefined;
  let shown: PageData["facts"];
  const facts = createFactList((at) => sourceLink(at, root, context));
  const packages = createDataTable<LoadedPackage>({
    title: t("Packages"),
    columns: [
      { id: "name", title: t("Package"), cell: ({ name }) => name, order: ({ name }) => name },
      {
        id: "version",
        title: t("Version"),
        width: 110,
        cell: ({ version }) => version ?? "–",
        order: ({ version }) => version ?? "",
      },
      {
        id: "modules",
        title: t("Modules"),
        width: 76,
        numeric: true,
        cell: ({ modules }) => count(modules),
        order: ({ modules }) => modules,
      },
      { id: "bytes", title: t("Size"), numeric: true, cell: (each) => bytes(each.bytes), order: (each) => each.bytes },
    ],
    keyOf: ({ folder }) => folder,
    sortedBy: { id: "bytes", descending: true },
    filterText: ({ name, version = "" }) => `${name} ${version}`,
    empty: t("No package is loaded."),
    count,
  });
  const modules = createDataTable<LoadedModule>({
    title: t("Modules"),
    columns: [
      {
        id: "file",
        title: t("File"),
        cell: ({ file }) => sourceLink({ file }, root, context),
        order: ({ file }) => file,
      },
      { id: "kind", title: t("Kind"), width: 92, cell: ({ kind }) => kindNames[kind], order: ({ kind }) => kind },
      {
        id: "bytes",
        title: t("Size"),
        numeric: true,
        cell: (each) => (each.bytes === undefined ? "–" : bytes(each.bytes)),
        order: (each) => each.bytes ?? -1,
      },
    ],
    keyOf: ({ file }) => file,
    sortedBy: { id: "file", descending: false },
    filterText: ({ file }) => shortPath(file, root, context.home),
    empty: t("No module is known."),
    count,
  });
  const names = createNameList({
    title: t("Environment variables"),
    note: t("Names only: Hitless never reads a value into this panel."),
    empty: t("None"),
    count,
  });
  return {
    element: h("div", { class: "details-grid" }, facts.element, packages.element, modules.element, names.element),
    update({ facts: next, app }) {
      if (next === undefined || next === shown) {
        return;
      }
      shown = next;
      root = app?.root;
      const { code } = next;
      const rows = codeRows({ facts: next }, style);
      const folder = row("root", t("Folder"), shortPath(root ?? "–", undefined, context.home));
      facts.update([...rows.slice(0, 1), ...folder, ...rows.slice(1)]);
      packages.update(code.packages);
      modules.update(code.modules);
      names.update(code.environmentNames);
    },
  };
}

const kindNames: Readonly<Record<LoadedModule["kind"], string>> = { esm: "ESM", cjs: "CommonJS", json: "JSON" };
