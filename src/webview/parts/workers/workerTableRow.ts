import { t } from "../../../shared/translate.ts";
import { button, h, type Piece, setAttribute, setText, svg } from "../../dom.ts";
import { trendBox } from "../../model/trendPath.ts";
import { type FigureCell, figureTitle, type WorkerTableRow } from "../../model/workerRows.ts";

/** @param choose Called with the id of the worker when its row is pressed. */
export function createWorkerTableRow(first: WorkerTableRow, choose: (worker: number) => void): Piece<WorkerTableRow> {
  const { id } = first;
  const name = button("", () => choose(id), { class: "worker-name" });
  const state = h("td", { role: "cell", class: "worker-state" });
  const cells = first.figures.map(createFigureCell);
  const element = h(
    "tr",
    { role: "row", class: "worker-row" },
    h("th", { role: "rowheader", scope: "row" }, name),
    state,
    ...cells.map((cell) => cell.element),
  );
  element.addEventListener("click", ({ target }) => {
    if (!(target instanceof Node && name.contains(target))) {
      choose(id);
    }
  });
  return {
    element,
    update(row) {
      setText(name, row.label);
      setAttribute(name, "title", t("Show the layers of {0}", row.title));
      setAttribute(name, "aria-current", row.chosen ? "true" : undefined);
      setAttribute(element, "data-chosen", row.chosen);
      setText(state, row.state);
      setAttribute(state, "data-alarming", row.trouble);
      for (const [index, figure] of row.figures.entries()) {
        cells[index]?.update(figure);
      }
    },
  };
}

/** The value as text, and its line for those who can see it. */
function createFigureCell({ id }: FigureCell): Piece<FigureCell> {
  const label = h("span", { class: "figure-label", "aria-hidden": "true" }, figureTitle(id));
  const value = h("span", { class: "figure-value" });
  const path = svg("path", { class: "trend-line", fill: "none" });
  const trend = svg(
    "svg",
    {
      class: "trend",
      viewBox: `0 0 ${trendBox.width} ${trendBox.height}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    },
    path,
  );
  const element = h("td", { role: "cell", class: "figure numeric", "data-figure": id }, label, value, trend);
  return {
    element,
    update(figure) {
      setText(value, figure.value);
      setAttribute(element, "data-alarming", figure.alarming);
      setAttribute(path, "d", figure.trend);
    },
  };
}
