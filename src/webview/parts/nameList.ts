import { t } from "../../shared/translate.ts";
import { createList, h, newId, type Piece, setAttribute, setText } from "../dom.ts";

export interface NameListOptions {
  readonly title: string;
  readonly empty: string;
  readonly count: (value: number) => string;
  /** A remark on the list. */
  readonly note?: string;
}

export interface NameList {
  readonly element: HTMLElement;
  update(names: readonly string[]): void;
}

/** Only this many are drawn; the filter finds the others. */
const mostShown = 400;
const filterFrom = 24;
/** A longer list scrolls. */
const mostInSight = 48;

/** Many short names in columns, with a filter. */
export function createNameList({ title, empty, count, note }: NameListOptions): NameList {
  const headingId = newId("names");
  const total = h("span", { class: "total" });
  const filter = h("input", {
    type: "search",
    class: "filter",
    placeholder: t("Filter"),
    "aria-label": t("Filter: {0}", title),
    spellcheck: "false",
  });
  const list = h("ul", { class: "names", "aria-labelledby": headingId });
  const rest = h("p", { class: "empty" });
  const element = h(
    "div",
    { class: "table" },
    h("div", { class: "table-head" }, h("h3", { id: headingId }, title), total, filter),
    note === undefined ? undefined : h("p", { class: "note" }, note),
    list,
    rest,
  );
  const drawNames = createList<string>(list, (name) => name, createName);
  let all: readonly string[] = [];

  const draw = () => {
    const wanted = filter.value.trim().toLowerCase();
    const found = wanted === "" ? all : all.filter((name) => name.toLowerCase().includes(wanted));
    const shown = found.slice(0, mostShown);
    drawNames(shown);
    list.hidden = shown.length === 0;
    // A scrolling element must be reachable by keyboard.
    const scrolls = shown.length > mostInSight;
    setAttribute(list, "tabindex", scrolls ? 0 : undefined);
    setAttribute(list, "data-scrolls", scrolls);
    filter.hidden = all.length < filterFrom;
    setText(
      total,
      found.length === all.length ? count(all.length) : t("{0} of {1}", count(found.length), count(all.length)),
    );
    rest.hidden = found.length > 0 && found.length === shown.length;
    const more = found.length - shown.length;
    const nothing = all.length === 0 ? empty : t("Nothing matches the filter.");
    setText(rest, more > 0 ? t("and {0} more", count(more)) : nothing);
  };
  filter.addEventListener("input", draw);
  return {
    element,
    update(names) {
      if (names.length === all.length && names.every((name, index) => name === all[index])) {
        return;
      }
      all = names;
      draw();
    },
  };
}

function createName(name: string): Piece<string> {
  return { element: h("li", { title: name.length > 24 ? name : undefined }, name), update: () => undefined };
}
