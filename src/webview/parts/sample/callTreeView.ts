import { type CallChain, callChains, wholeOf } from "../../../shared/layers/callChains.ts";
import type { CallTreeNode, CpuSample } from "../../../shared/layers/sample.ts";
import { t } from "../../../shared/translate.ts";
import { h, newId, setAttribute, setText } from "../../dom.ts";
import { childrenOf } from "../../model/callChildren.ts";
import { partTitle } from "../../model/titles.ts";
import type { PageContext, Part } from "../../page.ts";
import { sourceLink } from "../sourceLink.ts";

interface Item {
  /** The row, which is the item for assistive technology: its text is its name. */
  readonly element: HTMLElement;
  /** The row and what is below it. */
  readonly line: HTMLLIElement;
  readonly index: number;
  /** The functions that it stands for, where that is more than one. */
  readonly chain: CallChain | undefined;
  readonly value: HTMLElement;
  readonly parent: Item | undefined;
  /** Absent for one that called nothing. */
  readonly group: HTMLUListElement | undefined;
  children: readonly Item[];
}

/**
 * The calls of the sample as a tree, in the way of https://www.w3.org/WAI/ARIA/apg/patterns/treeview: one item is
 * reached by Tab, arrow keys lead to the others, open and close them; Enter opens the source. What only leads to the next
 * function is one item together, which Enter or a click replaces by the functions.
 */
export function createCallTree(context: PageContext): Part {
  const { percent, milliseconds } = context.numbers;
  const headingId = newId("tree");
  const list = h("ul", { role: "tree", class: "call-tree", "aria-labelledby": headingId });
  const element = h("div", { class: "table" }, h("h3", { id: headingId }, t("Call tree")), list);
  let shown: CpuSample | undefined;
  let wholeMs = 0;
  let root: string | undefined;
  let items = new Map<Element, Item>();
  let current: Item | undefined;

  function fill(sample: CpuSample): void {
    items = new Map();
    const children = childrenOf(sample.tree);
    const chains = new Map(callChains(sample.tree));
    const make = (index: number, parent: Item | undefined, position: readonly [place: number, of: number]): Item => {
      const chain = chains.get(index);
      const below = children.get(chain?.nodes.at(-1) ?? index) ?? [];
      const group = below.length === 0 ? undefined : h("ul", { role: "group", hidden: true });
      const value = h("span", { class: "value" });
      const row = h(
        "span",
        {
          class: "call",
          role: "treeitem",
          tabindex: -1,
          "aria-level": parent === undefined ? 1 : Number(parent.element.ariaLevel) + 1,
          "aria-posinset": position[0],
          "aria-setsize": position[1],
          "aria-expanded": group === undefined ? undefined : "false",
        },
        h("span", { class: "chevron" }),
        value,
        ...(chain === undefined ? cellsOf(sample.tree[index], sample) : chainCells(chain)),
      );
      const line = h("li", { role: "none" }, row, group);
      const item: Item = { element: row, line, index, chain, value, parent, group, children: [] };
      items.set(row, item);
      return item;
    };
    const makeAll = (indexes: readonly number[], parent: Item | undefined): Item[] =>
      indexes.map((index, place) => make(index, parent, [place + 1, indexes.length]));
    expand = (item, isOpen) => {
      if (item.group === undefined) {
        return;
      }
      if (item.children.length === 0) {
        item.children = makeAll(children.get(item.chain?.nodes.at(-1) ?? item.index) ?? [], item);
        item.group.append(...item.children.map(({ line }) => line));
        drawShares();
      }
      item.group.hidden = !isOpen;
      setAttribute(item.element, "aria-expanded", String(isOpen));
    };
    unfold = ({ element: row, line, index, chain, parent }) => {
      chains.delete(index);
      const item = make(index, parent, [Number(row.ariaPosInSet), Number(row.ariaSetSize)]);
      line.replaceWith(item.line);
      if (parent !== undefined) {
        parent.children = parent.children.map((each) => (each.element === row ? item : each));
      }
      let last: Item | undefined = item;
      for (const next of [...(chain?.nodes.slice(1) ?? []), -1]) {
        expand(last, true);
        last = last.children.find((each) => each.index === next) ?? last;
      }
      focus(item);
    };
    const tops = makeAll(children.get(-1) ?? [], undefined);
    list.replaceChildren(...tops.map(({ line }) => line));
    // Down to what most of the time is in.
    const totalOf = (item: Item | undefined): number => sample.tree[item?.index ?? -1]?.totalMs ?? 0;
    for (let [item] = tops; item !== undefined; ) {
      expand(item, true);
      const [dearest]: readonly Item[] = item.children;
      item = totalOf(dearest) * 2 >= totalOf(item) ? dearest : undefined;
    }
    drawShares();
    setCurrent(tops[0]);
  }

  let expand: (item: Item, isOpen: boolean) => void = () => undefined;
  let unfold: (item: Item) => void = () => undefined;

  function drawShares(): void {
    for (const { value, index } of items.values()) {
      setText(value, percent(wholeMs === 0 ? 0 : (shown?.tree[index]?.totalMs ?? 0) / wholeMs));
    }
  }

  function cellsOf(node: CallTreeNode | undefined, sample: CpuSample): (HTMLElement | undefined)[] {
    return node === undefined
      ? []
      : [
          h("span", { class: "call-name" }, node.name),
          h("span", { class: "detail" }, titleOf(node, sample)),
          node.at === undefined ? undefined : withoutFocus(sourceLink(node.at, root, context)),
          selfCell(node.selfMs),
        ];
  }

  function chainCells({ nodes, owners, selfMs }: CallChain): (HTMLElement | undefined)[] {
    const names = owners.map((name) => (name === "native code" ? t("native code") : name));
    const text = t("… {0} frames of {1}", nodes.length, names.join(", "));
    return [h("span", { class: "folded", title: t("Show them") }, text), selfCell(selfMs)];
  }

  const selfCell = (ms: number): HTMLElement | undefined =>
    ms === 0 ? undefined : h("span", { class: "detail" }, t("self {0}", milliseconds(ms)));

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

  const visible = (): Item[] =>
    [...items.values()].filter(({ element: row }) => row.isConnected && row.closest("[hidden]") === null);
  const inOrder = (): Item[] =>
    visible().sort((one, other) =>
      one.element.compareDocumentPosition(other.element) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
    );

  list.addEventListener("click", ({ target }) => {
    const row = target instanceof Element ? target.closest("[role=treeitem]") : null;
    const item = row === null ? undefined : items.get(row);
    if (item?.chain !== undefined && target instanceof Element && target.closest(".folded") !== null) {
      unfold(item);
    } else if (item !== undefined && target instanceof Element && target.closest("button") === null) {
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
        if (item.chain !== undefined) {
          unfold(item);
        } else if (at !== undefined && /^([/\\]|[A-Za-z]:[/\\])/.test(at.file)) {
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
    update({ sample, app, saved: { busyOnly } }) {
      element.hidden = sample === undefined || sample.tree.length === 0;
      if (sample === undefined) {
        return;
      }
      const before = wholeMs;
      wholeMs = busyOnly ? wholeOf(sample.tree) : sample.durationMs;
      if (sample !== shown) {
        shown = sample;
        root = app?.root;
        fill(sample);
      } else if (wholeMs !== before) {
        drawShares();
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
