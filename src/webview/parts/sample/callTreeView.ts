import type { CallTreeNode, CpuSample } from "../../../shared/layers/sample.ts";
import { t } from "../../../shared/translate.ts";
import { h, newId, setAttribute } from "../../dom.ts";
import { childrenOf } from "../../model/callChildren.ts";
import { partTitle } from "../../model/titles.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { sourceLink } from "../sourceLink.ts";

interface Item {
  /** The row, which is the item for assistive technology: its text is its name. */
  readonly element: HTMLElement;
  /** The row and what is below it. */
  readonly line: HTMLLIElement;
  readonly index: number;
  readonly parent: Item | undefined;
  /** Absent for one that called nothing. */
  readonly group: HTMLUListElement | undefined;
  children: readonly Item[];
}

/**
 * The calls of the sample as a tree, in the way of https://www.w3.org/WAI/ARIA/apg/patterns/treeview: one item is
 * reached by Tab, arrow keys lead to the others, open and close them; Enter opens the source.
 */
export function createCallTree(context: PageContext): Part {
  const { percent, milliseconds } = context.numbers;
  const headingId = newId("tree");
  const list = h("ul", { role: "tree", class: "call-tree", "aria-labelledby": headingId });
  const element = h("div", { class: "table" }, h("h3", { id: headingId }, t("Call tree")), list);
  let shown: PageData["sample"];
  let root: string | undefined;
  let items = new Map<Element, Item>();
  let current: Item | undefined;

  function fill(sample: CpuSample): void {
    items = new Map();
    const children = childrenOf(sample.tree);
    const wholeMs = sum((children.get(-1) ?? []).map((index) => sample.tree[index]?.totalMs ?? 0));
    const make = (indexes: readonly number[], parent: Item | undefined, level: number): Item[] =>
      indexes.flatMap((index, place) => {
        const node = sample.tree[index];
        if (node === undefined) {
          return [];
        }
        const below = children.get(index) ?? [];
        const group = below.length === 0 ? undefined : h("ul", { role: "group", hidden: true });
        const row = h(
          "span",
          {
            class: "call",
            role: "treeitem",
            tabindex: -1,
            "aria-level": level,
            "aria-posinset": place + 1,
            "aria-setsize": indexes.length,
            "aria-expanded": group === undefined ? undefined : "false",
          },
          ...cellsOf(node, sample, wholeMs),
        );
        const line = h("li", { role: "none" }, row, group);
        const item: Item = { element: row, line, index, parent, group, children: [] };
        items.set(row, item);
        return [item];
      });
    const open = (item: Item, level: number): void => {
      if (item.children.length === 0 && item.group !== undefined) {
        item.children = make(children.get(item.index) ?? [], item, level + 1);
        item.group.append(...item.children.map(({ line }) => line));
      }
    };
    expand = (item, isOpen) => {
      if (item.group === undefined) {
        return;
      }
      open(item, Number(item.element.getAttribute("aria-level")));
      item.group.hidden = !isOpen;
      setAttribute(item.element, "aria-expanded", String(isOpen));
    };
    const tops = make(children.get(-1) ?? [], undefined, 1);
    list.replaceChildren(...tops.map(({ line }) => line));
    // What most of the time is in, down to where it divides.
    for (let item = tops[0]; item !== undefined; item = item.children.length === 1 ? item.children[0] : undefined) {
      expand(item, true);
    }
    setCurrent(tops[0]);
  }

  let expand: (item: Item, isOpen: boolean) => void = () => undefined;

  function cellsOf(node: CallTreeNode, sample: CpuSample, wholeMs: number): (HTMLElement | undefined)[] {
    const { name, at, totalMs, selfMs } = node;
    return [
      h("span", { class: "chevron" }),
      h("span", { class: "value" }, percent(wholeMs === 0 ? 0 : totalMs / wholeMs)),
      h("span", { class: "call-name" }, name),
      h("span", { class: "detail" }, titleOf(node, sample)),
      at === undefined ? undefined : withoutFocus(sourceLink(at, root, context)),
      selfMs === 0 ? undefined : h("span", { class: "detail" }, t("self {0}", milliseconds(selfMs))),
    ];
  }

  function setCurrent(item: Item | undefined): void {
    if (current !== undefined) {
      current.element.tabIndex = -1;
    }
    current = item;
    if (item !== undefined) {
      item.element.tabIndex = 0;
    }
  }

  function focus(item: Item | undefined): void {
    if (item !== undefined) {
      setCurrent(item);
      item.element.focus();
    }
  }

  const visible = (): Item[] => [...items.values()].filter((item) => item.element.closest("[hidden]") === null);
  const inOrder = (): Item[] =>
    visible().sort((one, other) =>
      one.element.compareDocumentPosition(other.element) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
    );

  list.addEventListener("click", ({ target }) => {
    const row = target instanceof Element ? target.closest("[role=treeitem]") : null;
    const item = row === null ? undefined : items.get(row);
    if (item !== undefined && target instanceof Element && target.closest("button") === null) {
      focus(item);
      expand(item, item.element.getAttribute("aria-expanded") !== "true");
    }
  });
  list.addEventListener("keydown", (event) => {
    const item = current;
    if (item === undefined || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const isOpen = item.element.getAttribute("aria-expanded") === "true";
    const lines = inOrder();
    const index = lines.indexOf(item);
    const actions: Readonly<Record<string, () => void>> = {
      ArrowDown: () => focus(lines[index + 1]),
      ArrowUp: () => focus(lines[index - 1]),
      ArrowRight: () => (isOpen ? focus(item.children[0]) : expand(item, true)),
      ArrowLeft: () => (isOpen ? expand(item, false) : focus(item.parent)),
      Home: () => focus(lines[0]),
      End: () => focus(lines.at(-1)),
      " ": () => expand(item, !isOpen),
      Enter: () => {
        const at = shown?.tree[item.index]?.at;
        if (at !== undefined && /^([/\\]|[A-Za-z]:[/\\])/.test(at.file)) {
          context.openSource(at);
        } else {
          expand(item, !isOpen);
        }
      },
      "*": () => {
        for (const each of item.parent?.children ?? [item]) {
          expand(each, true);
        }
      },
    };
    const action = actions[event.key];
    if (action !== undefined) {
      event.preventDefault();
      action();
    }
  });

  return {
    element,
    update({ sample, app }) {
      element.hidden = sample === undefined || sample.tree.length === 0;
      if (sample !== undefined && sample !== shown) {
        shown = sample;
        root = app?.root;
        fill(sample);
      }
    },
  };
}

function titleOf({ part }: CallTreeNode, { parts }: CpuSample): string {
  const found = parts.find(({ id }) => id === part);
  return found === undefined ? part : partTitle(found);
}

/** A control inside an item of a tree is reached through the item. */
function withoutFocus(link: HTMLElement): HTMLElement {
  link.tabIndex = -1;
  return link;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
