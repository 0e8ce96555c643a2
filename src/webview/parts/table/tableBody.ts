import { h, placeChildren, setAttribute } from "../../dom.ts";
import { type Column, createTableRow, type TableRow } from "./tableRow.ts";

/** Pixels; the style sheet has the same. */
const rowHeight = 24;
/** Above so many rows the table scrolls by itself, and only rows in sight are in the page. */
const mostInSight = 14;
const spareRows = 8;

export interface TableBodyOptions<Row> {
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  /** What the table scrolls in. */
  readonly scroller: HTMLElement;
  /** Takes the focus when the row that had it is gone and no other can take it. */
  readonly heading: HTMLElement;
}

export interface TableBody<Row> {
  readonly element: HTMLTableSectionElement;
  /** Takes other rows. `anew`: to be looked at from the first one on; else what is in sight stays where it is. */
  update(rows: readonly Row[], anew: boolean): void;
}

/** Whether a table of so many rows scrolls by itself: it is then a grid, whose rows are walked through by arrow keys. */
export function isGrid(rows: number): boolean {
  return rows > mostInSight;
}

/** Where Tab comes to in a grid. */
interface Current {
  readonly key: string | undefined;
  readonly index: number;
  /** Absent until somebody has gone to a column: then the first that has something to press. */
  readonly column: number | undefined;
}

/**
 * The rows of a table. A row keeps its element as long as it is in the page, and with it the focus and what is selected. In a
 * grid one cell is reached by Tab and the others by arrow keys from there; its row is in the page even when it is out of sight.
 */
export function createTableBody<Row>({ columns, keyOf, scroller, heading }: TableBodyOptions<Row>): TableBody<Row> {
  const element = h("tbody");
  // Above, between and below the rows in sight and the current one.
  const spacers = [0, 1, 2].map(() => createSpacer(columns.length));
  let rows: readonly Row[] = [];
  let keys: readonly string[] = [];
  let shown = new Map<string, TableRow<Row>>();
  let current: Current = { key: undefined, index: 0, column: undefined };

  function draw(): void {
    const ranges = rangesToDraw(rows.length, scroller.scrollTop, current.index);
    const old = shown;
    shown = new Map();
    const placed: HTMLElement[] = [];
    let end = 0;
    for (const [place, { from, to }] of ranges.entries()) {
      placed.push(...stretch(spacers[place], from - end));
      for (let index = from; index < to; index += 1) {
        const row = old.get(keys[index] ?? "") ?? createTableRow(columns);
        row.update(rows[index] as Row);
        setAttribute(row.element, "aria-rowindex", index + 2);
        shown.set(keys[index] ?? "", row);
        placed.push(row.element);
      }
      end = to;
    }
    placed.push(...stretch(spacers[ranges.length], rows.length - end));
    placeChildren(element, placed);
    letTabIn();
  }

  function letTabIn(): void {
    const grid = isGrid(rows.length);
    for (const [key, { targets }] of shown) {
      const column = key === current.key ? columnIn(targets, current) : -1;
      for (const [index, target] of targets.entries()) {
        const isCell = target.tagName === "TD";
        const stays = isCell && target === document.activeElement;
        const outside = stays ? -1 : undefined;
        setAttribute(target, "tabindex", grid ? (index === column ? 0 : -1) : outside);
      }
    }
  }

  function goTo(index: number, column: number): void {
    const wanted = Math.max(0, Math.min(rows.length - 1, index));
    current = { key: keys[wanted], index: wanted, column: Math.max(0, Math.min(columns.length - 1, column)) };
    const top = wanted * rowHeight;
    // The head of the table covers the first row in sight.
    if (top < scroller.scrollTop) {
      scroller.scrollTop = top;
    } else if (top + 2 * rowHeight > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = top + 2 * rowHeight - scroller.clientHeight;
    }
    draw();
    const target = shown.get(current.key ?? "")?.targets[current.column ?? 0];
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Where the focus is. */
  function focused(): Current | undefined {
    const { activeElement } = document;
    for (const [key, row] of shown) {
      if (row.element.contains(activeElement)) {
        const column = row.targets.findIndex((target) => target.contains(activeElement));
        return { key, index: keys.indexOf(key), column: Math.max(0, column) };
      }
    }
    return undefined;
  }

  element.addEventListener("keydown", (event) => {
    const at = isGrid(rows.length) && !event.altKey && !event.metaKey ? focused() : undefined;
    const step = at === undefined ? undefined : stepOf(event.key, rows.length);
    if (at !== undefined && step !== undefined) {
      event.preventDefault();
      goTo(at.index + step.rows, (at.column ?? 0) + step.columns);
    }
  });
  element.addEventListener("focusin", () => {
    current = focused() ?? current;
    letTabIn();
  });
  scroller.addEventListener("scroll", draw, { passive: true });
  return {
    element,
    update(next, anew) {
      const at = focused();
      const seen = Math.floor(scroller.scrollTop / rowHeight);
      const before = keys;
      rows = next;
      keys = uniqueKeys(next, keyOf);
      const indexes = new Map(keys.map((key, index) => [key, index]));
      const index = anew
        ? 0
        : (indexes.get(current.key ?? "") ?? Math.min(current.index, Math.max(0, rows.length - 1)));
      current = { key: keys[index], index, column: current.column };
      const moved = before.slice(seen).find((key) => indexes.has(key));
      const by = moved === undefined ? 0 : (indexes.get(moved) ?? 0) - before.indexOf(moved);
      // At the very top one wants to see what comes to the top.
      const top = anew || scroller.scrollTop === 0 ? 0 : scroller.scrollTop + by * rowHeight;
      draw();
      if (scroller.scrollTop !== top) {
        scroller.scrollTop = top;
        draw();
      }
      if (at !== undefined && !element.contains(document.activeElement)) {
        comeBack(at);
      }
    },
  };

  /** The row that had the focus is gone: the one that stands in its place takes it. */
  function comeBack({ index, column = 0 }: Current): void {
    const targets = shown.get(keys[Math.min(index, rows.length - 1)] ?? "")?.targets;
    const target = targets?.[column];
    const canTakeIt = target !== undefined && (isGrid(rows.length) || target.tagName !== "TD");
    (canTakeIt ? target : heading).focus({ preventScroll: true });
  }
}

interface Range {
  readonly from: number;
  /** The first one that is not in it. */
  readonly to: number;
}

/** The rows in sight with some to spare, and the current one wherever it is; top to bottom. */
function rangesToDraw(rows: number, scrollTop: number, current: number): readonly Range[] {
  if (!isGrid(rows)) {
    return [{ from: 0, to: rows }];
  }
  const first = Math.floor(scrollTop / rowHeight);
  const from = Math.max(0, Math.min(first - spareRows, rows - mostInSight));
  const to = Math.min(rows, first + mostInSight + spareRows);
  const inSight = { from, to };
  const own = { from: current, to: current + 1 };
  if (current < from) {
    return [own, inSight];
  }
  return current < to ? [inSight] : [inSight, own];
}

/** The column that is gone to in a row: the one that was gone to last, else the first that has something to press. */
function columnIn(targets: readonly HTMLElement[], { column }: Current): number {
  return (
    column ??
    Math.max(
      0,
      targets.findIndex(({ tagName }) => tagName !== "TD"),
    )
  );
}

function stepOf(key: string, rows: number): { readonly rows: number; readonly columns: number } | undefined {
  switch (key) {
    case "ArrowDown":
      return { rows: 1, columns: 0 };
    case "ArrowUp":
      return { rows: -1, columns: 0 };
    case "ArrowRight":
      return { rows: 0, columns: 1 };
    case "ArrowLeft":
      return { rows: 0, columns: -1 };
    case "PageDown":
      return { rows: mostInSight - 2, columns: 0 };
    case "PageUp":
      return { rows: 2 - mostInSight, columns: 0 };
    case "Home":
      return { rows: -rows, columns: 0 };
    case "End":
      return { rows, columns: 0 };
    default:
      return undefined;
  }
}

function uniqueKeys<Row>(rows: readonly Row[], keyOf: (row: Row) => string): readonly string[] {
  const times = new Map<string, number>();
  return rows.map((row) => {
    const key = keyOf(row);
    const before = times.get(key) ?? 0;
    times.set(key, before + 1);
    return before === 0 ? key : `${key}\n${before}`;
  });
}

interface Spacer {
  readonly row: HTMLTableRowElement;
  readonly cell: HTMLTableCellElement;
}

/** Stands for rows that are not drawn. */
function createSpacer(columns: number): Spacer {
  const cell = h("td", { colspan: columns });
  return { cell, row: h("tr", { class: "spacer", "aria-hidden": "true" }, cell) };
}

/** The spacer as high as so many rows; none for no rows. */
function stretch(spacer: Spacer | undefined, rows: number): readonly HTMLElement[] {
  if (spacer === undefined || rows === 0) {
    return [];
  }
  spacer.cell.style.blockSize = `${rows * rowHeight}px`;
  return [spacer.row];
}
