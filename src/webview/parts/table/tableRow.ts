import { type Child, h, setAttribute, setText } from "../../dom.ts";

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly numeric?: boolean;
  /** Left out where the page is narrow. */
  readonly wide?: boolean;
  /** Pixels; default 88 for numbers. The other columns share what is left. */
  readonly width?: number;
  readonly cell: (row: Row) => Child;
  /** The sort key; a column without one is not sortable. */
  readonly order?: (row: Row) => number | string;
}

export interface TableRow<Row> {
  readonly element: HTMLTableRowElement;
  /** What takes the focus in each cell: the control in it, or the cell itself. */
  readonly targets: readonly HTMLElement[];
  update(row: Row): void;
}

export function classOf({ numeric, wide }: Pick<Column<never>, "numeric" | "wide">): string | undefined {
  return numeric === true ? (wide === true ? "numeric wide" : "numeric") : wide === true ? "wide" : undefined;
}

/** A row that is updated in place: only cells whose content differs are changed. */
export function createTableRow<Row>(columns: readonly Column<Row>[]): TableRow<Row> {
  const cells = columns.map((column) => h("td", { class: classOf(column) }));
  let told: Row | undefined;
  let said: string | undefined;
  return {
    element: h("tr", {}, ...cells),
    get targets() {
      return cells.map(targetOf);
    },
    update(row) {
      if (row === told) {
        return;
      }
      told = row;
      const says = JSON.stringify(row);
      if (says === said) {
        return;
      }
      said = says;
      for (const [index, cell] of cells.entries()) {
        fill(cell, columns[index]?.cell(row));
      }
    },
  };
}

function fill(cell: HTMLTableCellElement, content: Child): void {
  if (content instanceof Node) {
    const hadFocus = cell.contains(document.activeElement);
    cell.removeAttribute("title");
    cell.replaceChildren(content);
    if (hadFocus) {
      const target = targetOf(cell);
      target.tabIndex = 0;
      target.focus({ preventScroll: true });
    }
    return;
  }
  const text = content ?? "";
  setText(cell, text);
  setAttribute(cell, "title", text.length > 20 ? text : undefined);
}

function targetOf(cell: HTMLTableCellElement): HTMLElement {
  return cell.querySelector<HTMLElement>("a, button") ?? cell;
}
