import { type Row, textOf } from "../../shared/layers/rows/row.ts";
import { createList, h, type Piece, setText } from "../dom.ts";
import type { SourcePlace } from "../page.ts";

/**
 * Rows in two columns.
 * @param link What stands for a place in a file; its text where nothing is given.
 */
export function createFactList(link?: (at: SourcePlace) => HTMLElement): Piece<readonly Row[]> {
  const element = h("dl", { class: "facts wide" });
  // A place is rendered anew when it changes.
  const keyOf = (row: Row) => (placeIn(row) === undefined ? row.id : `${row.id} ${textOfRow(row)}`);
  return { element, update: createList(element, keyOf, (row) => createFact(row, link)) };
}

function createFact(row: Row, link: ((at: SourcePlace) => HTMLElement) | undefined): Piece<Row> {
  const label = h("dt");
  const at = placeIn(row);
  const made = at && link?.(at);
  const value = h("dd", {}, made);
  const element = h("div", {}, label, value);
  return {
    element,
    update(next) {
      setText(label, next.label);
      if (made === undefined) {
        setText(value, textOfRow(next));
      }
    },
  };
}

function placeIn({ parts: [first] }: Row): SourcePlace | undefined {
  return typeof first === "object" ? first.at : undefined;
}

function textOfRow({ parts, most }: Row): string {
  return parts.map(textOf).join(most === undefined ? " · " : " ");
}
