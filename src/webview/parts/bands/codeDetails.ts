import type { LoadedModule, LoadedPackage } from "../../../shared/layers/facts.ts";
import { t } from "../../../shared/translate.ts";
import { h } from "../../dom.ts";
import { shortPath } from "../../model/shortPath.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { createFactList } from "../factList.ts";
import { createNameList } from "../nameList.ts";
import { sourceLink } from "../sourceLink.ts";
import { createDataTable } from "../table/dataTable.ts";

/** Entry, packages, modules, and the names of the environment's variables. */
export function createCodeDetails(context: PageContext): Part {
  const { count, bytes } = context.numbers;
  let root: string | undefined;
  let shown: PageData["facts"];
  const facts = createFactList();
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
      facts.update([
        {
          id: "entry",
          label: t("Entry"),
          value: code.entry,
          node: () => sourceLink({ file: code.entry }, root, context),
        },
        { id: "root", label: t("Folder"), value: shortPath(root ?? "–", undefined, context.home) },
        { id: "commit", label: t("Commit"), value: code.commit?.slice(0, 12) ?? t("not in a repository") },
        { id: "maps", label: t("Source maps"), value: code.sourceMaps ? t("on") : t("off") },
        ...(code.unlisted === 0
          ? []
          : [{ id: "unlisted", label: t("Not listed"), value: t("{0} modules", count(code.unlisted)) }]),
        ...(code.esmCostMs === undefined
          ? []
          : [
              {
                id: "esmUnlisted",
                label: t("ES modules"),
                value: t("not listed: listing them would block the worker for about {0} ms", count(code.esmCostMs)),
              },
            ]),
      ]);
      packages.update(code.packages);
      modules.update(code.modules);
      names.update(code.environmentNames);
    },
  };
}

const kindNames: Readonly<Record<LoadedModule["kind"], string>> = { esm: "ESM", cjs: "CommonJS", json: "JSON" };
