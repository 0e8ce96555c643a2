import { type Child, h, hidden, newId, placeChildren, setAttribute, setText } from "../dom.ts";
import { t } from "../texts.ts";

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly numeric?: boolean;
  /** Pixels; default 88 for numbers. The other columns share what is left. */
  readonly width?: number;
  readonly cell: (row: Row) => Child;
  /** What rows are sorted by; a column without one is not sorted by. */
  readonly order?: (row: Row) => number | string;
}

export interface TableOptions<Row> {
  readonly title: string;
  readonly columns: readonly Column<Row>[];
  /** The column that is sorted by first, and whether the largest come first. */
  readonly sortedBy: { readonly id: string; readonly descending: boolean };
  /** What the filter looks in; without it there is no filter. */
  readonly filterText?: (row: Row) => string;
  readonly empty: string;
  readonly count: (value: number) => string;
}

export interface DataTable<Row> {
  readonly element: HTMLElement;
  update(rows: readonly Row[]): void;
}

/** Pixels; the style sheet has the same. */
const rowHeight = 24;
/** Above so many rows the table scrolls by itself, and only rows in sight are in the page. */
const mostInSight = 14;
const spareRows = 8;
/** Fewer rows are found faster by eye. */
const filterFrom = 8;

/** A table that is sorted and filtered, and draws ten thousand rows as fast as ten. */
export function createDataTable<Row>(options: TableOptions<Row>): DataTable<Row> {
  const { columns, filterText } = options;
  const headingId = newId("table");
  const heading = h("h3", { id: headingId }, options.title);
  const total = h("span", { class: "total" });
  const filter = h("input", {
    type: "search",
    class: "filter",
    placeholder: t("Filter"),
    "aria-label": t("Filter: {0}", options.title),
    spellcheck: "false",
  });
  const before = spacer(columns.length);
  const after = spacer(columns.length);
  const body = h("tbody");
  const heads = columns.map((column) => headCell(column, () => sortBy(column)));
  const colgroup = h("colgroup");
  for (const { width, numeric = false } of columns) {
    const col = h("col");
    const pixels = width ?? (numeric ? 88 : undefined);
    col.style.inlineSize = pixels === undefined ? "auto" : `${pixels}px`;
    colgroup.append(col);
  }
  const table = h(
    "table",
    { "aria-labelledby": headingId },
    colgroup,
    h("thead", {}, h("tr", { "aria-rowindex": 1 }, ...heads.map(({ element }) => element))),
    body,
  );
  const scroller = h("div", { class: "scroller" }, table);
  const empty = h("p", { class: "empty" });
  const element = h(
    "div",
    { class: "table" },
    h("div", { class: "table-head" }, heading, total, filter),
    scroller,
    empty,
  );

  let all: readonly Row[] = [];
  let rows: readonly Row[] = [];
  let sorted = { ...options.sortedBy };
  let drawn = { from: -1, to: -1, rows };
  /** The rows in the page, by what they say, so that a row that says the same stays as it is. */
  let shown = new Map<string, HTMLTableRowElement>();
  /** In a table that scrolls, the controls of this row are reached by Tab, and those of the others by arrow keys from there. */
  let current = 0;

  function sortBy({ id, numeric = false }: Column<Row>): void {
    sorted = { id, descending: sorted.id === id ? !sorted.descending : numeric };
    arrange();
  }

  function arrange(): void {
    const wanted = filter.value.trim().toLowerCase();
    const found =
      wanted === "" || filterText === undefined
        ? all
        : all.filter((row) => filterText(row).toLowerCase().includes(wanted));
    rows = sortRows(found, columns.find(({ id }) => id === sorted.id)?.order, sorted.descending);
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
    empty.hidden = rows.length > 0;
    scroller.hidden = rows.length === 0;
    filter.hidden = filterText === undefined || all.length < filterFrom;
    const scrolls = rows.length > mostInSight;
    // What scrolls has to be reached by keyboard, and to say what it is.
    setAttribute(scroller, "tabindex", scrolls ? 0 : undefined);
    setAttribute(scroller, "role", scrolls ? "group" : undefined);
    setAttribute(scroller, "aria-labelledby", scrolls ? headingId : undefined);
    setAttribute(scroller, "data-scrolls", scrolls);
    current = Math.min(current, Math.max(0, rows.length - 1));
    setAttribute(table, "aria-rowcount", rows.length + 1);
    draw();
  }

  function draw(): void {
    const scrolls = rows.length > mostInSight;
    const first = scrolls ? Math.floor(scroller.scrollTop / rowHeight) : 0;
    const from = Math.max(0, Math.min(first - spareRows, rows.length - mostInSight));
    const to = scrolls ? Math.min(rows.length, first + mostInSight + spareRows) : rows.length;
    if (from === drawn.from && to === drawn.to && rows === drawn.rows) {
      return;
    }
    drawn = { from, to, rows };
    setHeight(before, from);
    setHeight(after, rows.length - to);
    const focused = focusedIn(body);
    const old = shown;
    shown = new Map();
    for (const [index, row] of rows.slice(from, to).entries()) {
      const said = JSON.stringify(row);
      const key = shown.has(said) ? `${said} ${index}` : said;
      const element = old.get(key) ?? tableRow(columns, row);
      old.delete(key);
      setAttribute(element, "aria-rowindex", from + index + 2);
      shown.set(key, element);
    }
    // First those that go: a row that is moved loses the focus.
    for (const element of old.values()) {
      element.remove();
    }
    placeChildren(body, [before.row, ...shown.values(), after.row]);
    restore(focused);
    letTabIn();
  }

  /** Gives the focus back to the control that had it, though its row was made anew; without one, to the table. */
  function restore(focused: Focused | undefined): void {
    if (focused === undefined || body.contains(document.activeElement)) {
      return;
    }
    const row = [...shown.values()].find((element) => nameOf(element) === focused.row);
    const control = row === undefined ? undefined : controlsOf(row)[focused.place];
    if (control !== undefined && row !== undefined) {
      current = indexOf(row);
    }
    (control ?? (drawn.rows.length > mostInSight ? scroller : filter)).focus({ preventScroll: true });
  }

  function letTabIn(): void {
    const scrolls = rows.length > mostInSight;
    const inPage = [...shown.values()];
    const entry = inPage.find((row) => indexOf(row) === current) ?? inPage[0];
    for (const row of inPage) {
      for (const control of controlsOf(row)) {
        control.tabIndex = !scrolls || row === entry ? 0 : -1;
      }
    }
  }

  function goTo(index: number, place: number): void {
    current = Math.max(0, Math.min(rows.length - 1, index));
    const top = current * rowHeight;
    // The head of the table covers the first row.
    if (top < scroller.scrollTop) {
      scroller.scrollTop = top;
    } else if (top + 2 * rowHeight > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = top + 2 * rowHeight - scroller.clientHeight;
    }
    draw();
    letTabIn();
    const row = [...shown.values()].find((element) => indexOf(element) === current);
    const controls = row === undefined ? [] : controlsOf(row);
    controls[Math.min(place, controls.length - 1)]?.focus({ preventScroll: true });
  }

  body.addEventListener("keydown", (event) => {
    const focused = focusedIn(body);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: mostInSight - 2,
      PageUp: 2 - mostInSight,
      Home: -rows.length,
      End: rows.length,
    };
    const step = steps[event.key];
    if (step !== undefined && focused !== undefined && rows.length > mostInSight) {
      event.preventDefault();
      goTo(focused.index + step, focused.place);
    }
  });
  body.addEventListener("focusin", () => {
    current = focusedIn(body)?.index ?? current;
    letTabIn();
  });
  scroller.addEventListener("scroll", draw, { passive: true });
  filter.addEventListener("input", () => {
    scroller.scrollTop = 0;
    arrange();
  });
  return {
    element,
    update(next) {
      all = next;
      arrange();
    },
  };
}

interface Spacer {
  readonly row: HTMLTableRowElement;
  readonly cell: HTMLTableCellElement;
}

/** Stands for the rows that are not drawn. */
function spacer(columns: number): Spacer {
  const cell = h("td", { colspan: columns });
  return { cell, row: h("tr", { class: "spacer", "aria-hidden": "true" }, cell) };
}

function setHeight({ row, cell }: Spacer, rows: number): void {
  row.hidden = rows === 0;
  cell.style.blockSize = `${rows * rowHeight}px`;
}

function headCell<Row>(column: Column<Row>, sort: () => void) {
  const { title, numeric, order } = column;
  const element = h("th", { scope: "col", class: numeric === true ? "numeric" : undefined });
  if (order === undefined) {
    element.append(title === "" ? hidden("span", t("Actions")) : title);
  } else {
    const press = h("button", { type: "button", class: "sort" }, title);
    press.addEventListener("click", sort);
    element.append(press);
  }
  return { element, column };
}

/** The control of a table that has the focus. */
interface Focused {
  /** What its row is called. */
  readonly row: string;
  readonly index: number;
  /** Its place among the controls of the row. */
  readonly place: number;
}

function focusedIn(body: HTMLElement): Focused | undefined {
  const control = document.activeElement;
  const row = control?.closest("tr");
  if (!(control instanceof HTMLElement) || !(row instanceof HTMLTableRowElement) || !body.contains(row)) {
    return undefined;
  }
  return { row: nameOf(row), index: indexOf(row), place: controlsOf(row).indexOf(control) };
}

/** A row is called by its first cell, as every table of the panel has it. */
function nameOf(row: HTMLTableRowElement): string {
  return row.cells[0]?.textContent ?? "";
}

/** The head is row 1. */
function indexOf(row: HTMLTableRowElement): number {
  return Number(row.getAttribute("aria-rowindex")) - 2;
}

function controlsOf(row: HTMLTableRowElement): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>("a, button")];
}

function tableRow<Row>(columns: readonly Column<Row>[], row: Row): HTMLTableRowElement {
  const cells = columns.map(({ numeric, cell }) => {
    const content = cell(row);
    const title = typeof content === "string" && content.length > 20 ? content : undefined;
    return h("td", { class: numeric === true ? "numeric" : undefined, title }, content);
  });
  return h("tr", {}, ...cells);
}

function sortRows<Row>(rows: readonly Row[], order: Column<Row>["order"], descending: boolean): readonly Row[] {
  if (order === undefined) {
    return rows;
  }
  const sign = descending ? -1 : 1;
  // Each key is made once: there may be ten thousand.
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
