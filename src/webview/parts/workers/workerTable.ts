import { t } from "../../../shared/translate.ts";
import { createList, h, newId } from "../../dom.ts";
import { figureIds, figureTitle, type WorkerTableRow, workerRows } from "../../model/workerRows.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { createWorkerTableRow } from "./workerTableRow.ts";

/**
 * The workers of the app side by side, each figure with its last ten minutes; a click on one shows its layers below.
 * Narrow, each row becomes a block by CSS: the roles are written out, since a table that is not displayed as one has
 * none.
 */
export function createWorkerTable({ numbers, send }: PageContext): Part {
  const headingId = newId("workers");
  const heading = h("h2", { id: headingId, tabindex: -1 }, t("Workers"));
  const body = h("tbody", { role: "rowgroup" });
  const heads = [t("Slot"), t("State"), ...figureIds.map(figureTitle)];
  const table = h(
    "table",
    { role: "table", class: "workers-table", "aria-labelledby": headingId },
    h(
      "thead",
      { role: "rowgroup" },
      h(
        "tr",
        { role: "row" },
        ...heads.map((title, index) =>
          h("th", { role: "columnheader", scope: "col", class: index < 2 ? undefined : "numeric" }, title),
        ),
      ),
    ),
    body,
  );
  const element = h(
    "section",
    { class: "workers", "aria-labelledby": headingId },
    h(
      "div",
      { class: "table-head" },
      heading,
      h("p", { class: "note" }, t("The lines are the last ten minutes, as far as they were on view.")),
    ),
    h("div", { class: "workers-scroller" }, table),
  );
  const choose = (worker: number) => send({ type: "choose", worker });
  const draw = createList<WorkerTableRow>(
    body,
    ({ id }) => String(id),
    (row) => createWorkerTableRow(row, choose),
  );
  let shown: Partial<Pick<PageData, "app" | "histories">> = {};
  return {
    element,
    update({ app, histories }: PageData) {
      // Most changes of the page are of something else, and there may be many lines to compute.
      if (app === shown.app && histories === shown.histories) {
        return;
      }
      shown = { app, histories };
      const rows = workerRows({ workers: app?.workers ?? [], chosen: app?.worker, histories, numbers });
      const hadFocus = body.contains(document.activeElement);
      draw(rows);
      element.hidden = rows.length === 0;
      // The worker whose row had the focus is gone: Tab continues from here.
      if (hadFocus && !body.contains(document.activeElement)) {
        (rows.length > 0 ? heading : element.closest("main"))?.focus({ preventScroll: true });
      }
    },
  };
}
