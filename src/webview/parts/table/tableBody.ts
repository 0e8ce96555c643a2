import { h, placeChildren, setAttribute } from "../../dom.ts";
import { type Column, createTableRow, type TableRow } from "./tableRow.ts";

/** Pixels; also in the style sheet. */
const rowHeight = 24;
/** Above this many rows the table scrolls by itself, and only rows in sight are in the page. */
const mostInSight = 14;
const spareRows = 8;

export interface TableBodyOptions<Row> {
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  /** The element that the table scrolls in. */
  readonly scroller: HTMLElement;
  /** Takes the focus when the row that had it is gone and no other can take it. */
  readonly heading: HTMLElement;
}

/** Whether a table of this many rows scrolls by itself: it is then a grid, navigated by arrow keys. */
export function isGrid(rows: number): boolean {
  return rows > mostInSight;
}

/** The cell that Tab reaches in a grid. */
interface Current {
  readonly key: string | undefined;
  readonly index: number;
  /** Absent until the user has gone to a column: then the first with a control. */
  readonly column: number | undefined;
}

/**
 * The rows of a table. A row keeps its element while it is in the page, and with it focus and selection. In a grid one
 * cell is reached by Tab and the others by arrow keys from there; its row is in the page even when it is out of sight.
 */
export class TableBody<Row> {
  readonly element = h("tbody");
  readonly #options: TableBodyOptions<Row>;
  /** Above, between and below the rows in sight and the current one. */
  readonly #spacers: readonly Spacer[];
  #rows: readonly Row[] = [];
  #keys: readonly string[] = [];
  #shown = new Map<string, TableRow<Row>>();
  #current: Current = { key: undefined, index: 0, column: undefined };

  constructor(options: TableBodyOptions<Row>) {
    this.#options = options;
    this.#spacers = [0, 1, 2].map(() => createSpacer(options.columns.length));
    this.element.addEventListener("keydown", (event) => this.#takeKey(event));
    this.element.addEventListener("focusin", () => {
      this.#current = this.#focused() ?? this.#current;
      this.#letTabIn();
    });
    options.scroller.addEventListener("scroll", () => this.#draw(), { passive: true });
  }

  /** Takes other rows. `anew`: scroll to the first one; else the scroll position is kept. */
  update(rows: readonly Row[], anew: boolean): void {
    const { keyOf, scroller } = this.#options;
    const at = this.#focused();
    const seen = Math.floor(scroller.scrollTop / rowHeight);
    const before = this.#keys;
    this.#rows = rows;
    this.#keys = uniqueKeys(rows, keyOf);
    const indexes = new Map(this.#keys.map((key, index) => [key, index]));
    const last = Math.max(0, rows.length - 1);
    const index = anew ? 0 : (indexes.get(this.#current.key ?? "") ?? Math.min(this.#current.index, last));
    this.#current = { key: this.#keys[index], index, column: this.#current.column };
    const moved = before.slice(seen).find((key) => indexes.has(key));
    const by = moved === undefined ? 0 : (indexes.get(moved) ?? 0) - before.indexOf(moved);
    // At the very top, new first rows should be seen.
    const top = anew || scroller.scrollTop === 0 ? 0 : scroller.scrollTop + by * rowHeight;
    this.#draw();
    if (scroller.scrollTop !== top) {
      scroller.scrollTop = top;
      this.#draw();
    }
    if (at !== undefined && !this.element.contains(document.activeElement)) {
      this.#comeBack(at);
    }
  }

  #draw(): void {
    const { columns, scroller } = this.#options;
    const ranges = rangesToDraw(this.#rows.length, scroller.scrollTop, this.#current.index);
    const old = this.#shown;
    this.#shown = new Map();
    const placed: HTMLElement[] = [];
    let end = 0;
    for (const [place, { from, to }] of ranges.entries()) {
      placed.push(...stretch(this.#spacers[place], from - end));
      for (let index = from; index < to; index += 1) {
        const key = this.#keys[index] ?? "";
        const row = old.get(key) ?? createTableRow(columns);
        row.update(this.#rows[index] as Row);
        setAttribute(row.element, "aria-rowindex", index + 2);
        this.#shown.set(key, row);
        placed.push(row.element);
      }
      end = to;
    }
    placed.push(...stretch(this.#spacers[ranges.length], this.#rows.length - end));
    placeChildren(this.element, placed);
    this.#letTabIn();
  }

  #letTabIn(): void {
    const grid = isGrid(this.#rows.length);
    for (const [key, { targets }] of this.#shown) {
      const column = key === this.#current.key ? columnIn(targets, this.#current) : -1;
      for (const [index, target] of targets.entries()) {
        const isCell = target.tagName === "TD";
        const stays = isCell && target === document.activeElement;
        const outside = stays ? -1 : undefined;
        setAttribute(target, "tabindex", grid ? (index === column ? 0 : -1) : outside);
      }
    }
  }

  #takeKey(event: KeyboardEvent): void {
    const rows = this.#rows.length;
    const at = isGrid(rows) && !event.altKey && !event.metaKey ? this.#focused() : undefined;
    const step = at === undefined ? undefined : stepOf(event.key, rows);
    if (at !== undefined && step !== undefined) {
      event.preventDefault();
      const [down, right] = step;
      this.#goTo(at.index + down, (at.column ?? 0) + right);
    }
  }

  #goTo(index: number, column: number): void {
    const { columns, scroller } = this.#options;
    const wanted = Math.max(0, Math.min(this.#rows.length - 1, index));
    const inside = Math.max(0, Math.min(columns.length - 1, column));
    this.#current = { key: this.#keys[wanted], index: wanted, column: inside };
    const top = wanted * rowHeight;
    // The table's head covers the first row in sight.
    if (top < scroller.scrollTop) {
      scroller.scrollTop = top;
    } else if (top + 2 * rowHeight > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = top + 2 * rowHeight - scroller.clientHeight;
    }
    this.#draw();
    const target = this.#shown.get(this.#keys[wanted] ?? "")?.targets[inside];
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #focused(): Current | undefined {
    const { activeElement } = document;
    for (const [key, row] of this.#shown) {
      if (row.element.contains(activeElement)) {
        const column = row.targets.findIndex((target) => target.contains(activeElement));
        return { key, index: this.#keys.indexOf(key), column: Math.max(0, column) };
      }
    }
    return undefined;
  }

  /** The row that had the focus is gone: the one now in its place takes it. */
  #comeBack({ index, column = 0 }: Current): void {
    const targets = this.#shown.get(this.#keys[Math.min(index, this.#rows.length - 1)] ?? "")?.targets;
    const target = targets?.[column];
    const canTakeIt = target !== undefined && (isGrid(this.#rows.length) || target.tagName !== "TD");
    (canTakeIt ? target : this.#options.heading).focus({ preventScroll: true });
  }
}

interface Range {
  readonly from: number;
  /** Exclusive. */
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

/** The column to focus in a row: the last one used, else the first with a control. */
function columnIn(targets: readonly HTMLElement[], { column }: Current): number {
  return (
    column ??
    Math.max(
      0,
      targets.findIndex(({ tagName }) => tagName !== "TD"),
    )
  );
}

/** How many rows and columns a key moves; `undefined` for one that does not move. */
function stepOf(key: string, rows: number): readonly [rows: number, columns: number] | undefined {
  const page = mostInSight - 2;
  return new Map<string, readonly [number, number]>([
    ["ArrowDown", [1, 0]],
    ["ArrowUp", [-1, 0]],
    ["ArrowRight", [0, 1]],
    ["ArrowLeft", [0, -1]],
    ["PageDown", [page, 0]],
    ["PageUp", [-page, 0]],
    ["Home", [-rows, 0]],
    ["End", [rows, 0]],
  ]).get(key);
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

/** Makes the spacer as high as this many rows; hides it for none. */
function stretch(spacer: Spacer | undefined, rows: number): readonly HTMLElement[] {
  if (spacer === undefined || rows === 0) {
    return [];
  }
  spacer.cell.style.blockSize = `${rows * rowHeight}px`;
  return [spacer.row];
}
