import { t } from "../../../shared/translate.ts";
import { h, hidden, newId, setAttribute, setText } from "../../dom.ts";
import { isGrid, TableBody } from "./tableBody.ts";
import { type Column, classOf } from "./tableRow.ts";

export interface TableOptions<Row> {
  readonly title: string;
  readonly columns: readonly Column<Row>[];
  /** Identifies a row, also when it comes again with other values. */
  readonly keyOf: (row: Row) => string;
  /** The initial sort column, and whether the largest come first. */
  readonly sortedBy: { readonly id: string; readonly descending: boolean };
  /** The text the filter searches; without it there is no filter. */
  readonly filterText?: (row: Row) => string;
  readonly empty: string;
  readonly count: (value: number) => string;
}

export interface DataTable<Row> {
  readonly element: HTMLElement;
  update(rows: readonly Row[]): void;
}

/** Fewer rows need no filter. */
const filterFrom = 8;

/** A sortable, filterable table that draws ten thousand rows as fast as ten. */
export function createDataTable<Row>(options: TableOptions<Row>): DataTable<Row> {
  const { columns, keyOf, filterText } = options;
  const headingId = newId("table");
  const heading = h("h3", { id: headingId, tabindex: -1 }, options.title);
  const total = h("span", { class: "total" });
  const filter = h("input", {
    type: "search",
    class: "filter",
    placeholder: t("Filter"),
    "aria-label": t("Filter: {0}", options.title),
    spellcheck: "false",
  });
  const heads = columns.map((column) => headCell(column, () => sortBy(column)));
  const table = h(
    "table",
    { "aria-labelledby": headingId },
    columnGroup(columns),
    h("thead", {}, h("tr", { "aria-rowindex": 1 }, ...heads.map(({ element }) => element))),
  );
  const scroller = h("div", { class: "scroller" }, table);
  const body = new TableBody({ columns, keyOf, scroller, heading });
  table.append(body.element);
  const empty = h("p", { class: "empty" });
  const element = h(
    "div",
    { class: "table" },
    h("div", { class: "table-head" }, heading, total, filter),
    scroller,
    empty,
  );

  let all: readonly Row[] = [];
  let sorted = { ...options.sortedBy };

  function sortBy({ id, numeric = false }: Column<Row>): void {
    sorted = { id, descending: sorted.id === id ? !sorted.descending : numeric };
    arrange(true);
  }

  function arrange(anew: boolean): void {
    const wanted = filter.value.trim().toLowerCase();
    const found =
      wanted === "" || filterText === undefined
        ? all
        : all.filter((row) => filterText(row).toLowerCase().includes(wanted));
    const rows = sortRows(found, columns.find(({ id }) => id === sorted.id)?.order, sorted.descending);
    heads.forEach(({ element: head, column }) => {
      const direction = sorted.descending ? "descending" : "ascending";
      setAttribute(head, "aria-sort", column.id === sorted.id ? direction : undefined);
    });
    setText(
      total,
      found.length === all.length
        ? options.count(all.length)
        : t("{0} of {1}", options.count(found.length), options.count(all.length)),
    );
    setText(empty, all.length === 0 ? options.empty : t("Nothing matches the filter."));
    const hadFocus = scroller.contains(document.activeElement);
    empty.hidden = rows.length > 0;
    scroller.hidden = rows.length === 0;
    // A filter that holds text must stay visible, so that it can be cleared.
    filter.hidden = filterText === undefined || (all.length < filterFrom && filter.value === "");
    setAttribute(scroller, "data-scrolls", isGrid(rows.length));
    setAttribute(table, "role", isGrid(rows.length) ? "grid" : undefined);
    setAttribute(table, "aria-readonly", isGrid(rows.length) ? "true" : undefined);
    setAttribute(table, "aria-rowcount", rows.length + 1);
    body.update(rows, anew);
    if (hadFocus && rows.length === 0) {
      heading.focus({ preventScroll: true });
    }
  }

  filter.addEventListener("input", () => arrange(true));
  return {
    element,
    update(next) {
      all = next;
      arrange(false);
    },
  };
}

function columnGroup<Row>(columns: readonly Column<Row>[]): HTMLElement {
  const group = h("colgroup");
  for (const { width, numeric = false, wide } of columns) {
    const col = h("col", { class: wide === true ? "wide" : undefined });
    const pixels = width ?? (numeric ? 88 : undefined);
    col.style.inlineSize = pixels === undefined ? "auto" : `${pixels}px`;
    group.append(col);
  }
  return group;
}

function headCell<Row>(column: Column<Row>, sort: () => void) {
  const { title, order } = column;
  const element = h("th", { scope: "col", class: classOf(column) });
  if (order === undefined) {
    element.append(title === "" ? hidden("span", t("Actions")) : title);
  } else {
    const press = h("button", { type: "button", class: "sort" }, title);
    press.addEventListener("click", sort);
    element.append(press);
  }
  return { element, column };
}

function sortRows<Row>(rows: readonly Row[], order: Column<Row>["order"], descending: boolean): readonly Row[] {
  if (order === undefined) {
    return rows;
  }
  const sign = descending ? -1 : 1;
  // Each key is computed once: there may be ten thousand.
  const keyed = rows.map((row) => ({ row, key: order(row) }));
  keyed.sort(({ key: one }, { key: other }) => {
    const difference =
      typeof one === "number" && typeof other === "number" ? one - other : compareTexts(String(one), String(other));
    return sign * difference;
  });
  return keyed.map(({ row }) => row);
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compareTexts(one: string, other: string): number {
  return collator.compare(one, other);
}
