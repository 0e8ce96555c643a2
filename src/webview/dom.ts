/** Everything from outside becomes text here, never markup. */
export type Child = Node | string | undefined;

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    setAttribute(element, name, value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly Node[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    setAttribute(element, name, value);
  }
  element.append(...children);
  return element;
}

/** `undefined` and `false` remove it, `true` is an attribute without a value. An unchanged value is left alone. */
export function setAttribute(element: Element, name: string, value: Attributes[string]): void {
  if (value === undefined || value === false) {
    element.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) {
    element.setAttribute(name, text);
  }
}

/** A screen reader repeats a text that is set again, so an unchanged one is left alone. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function button(text: string, press: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = h("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", () => {
    if (element.ariaDisabled !== "true") {
      press();
    }
  });
  return element;
}

/** A button that is disabled for now can still have the focus: it would lose it each time a worker is replaced. */
export function setUsable(element: HTMLButtonElement, usable: boolean): void {
  setAttribute(element, "aria-disabled", usable ? undefined : "true");
}

/** Setting the value of an open select moves its highlight, even when the value is the same. */
export function setValue(select: HTMLSelectElement, value: string): void {
  if (select.value !== value) {
    select.value = value;
  }
}

/** Something drawn that can be drawn again from newer data. */
export interface Piece<Data> {
  readonly element: Element;
  update(data: Data): void;
}

/** Keeps the children of a container in step with a list. Items that stay keep their element, and with it the focus. */
export function createList<Item>(
  container: Element,
  keyOf: (item: Item) => string,
  create: (item: Item) => Piece<Item>,
): (items: readonly Item[]) => void {
  let pieces = new Map<string, Piece<Item>>();
  return (items) => {
    const next = new Map<string, Piece<Item>>();
    for (const item of items) {
      const key = keyOf(item);
      const piece = pieces.get(key) ?? create(item);
      piece.update(item);
      next.set(key, piece);
    }
    pieces = next;
    placeChildren(
      container,
      [...next.values()].map(({ element }) => element),
    );
  };
}

/** Makes these the children, in this order. The one that has the focus is never moved: it would lose it. */
export function placeChildren(container: Element, elements: readonly Node[]): void {
  const wanted = new Set(elements);
  for (const child of [...container.childNodes]) {
    if (!wanted.has(child)) {
      child.remove();
    }
  }
  const fixed = elements.find(
    (element) => element.parentNode === container && element.contains(document.activeElement),
  );
  let cursor = container.firstChild;
  for (const element of elements) {
    if (element === fixed) {
      cursor = element.nextSibling;
    } else if (element === cursor) {
      cursor = cursor.nextSibling;
    } else {
      container.insertBefore(element, cursor);
    }
  }
}

/** A heading for screen readers only, or a text that explains a sign to them. */
export function hidden<Tag extends "span" | "h2" | "h3" | "caption">(tag: Tag, text: string): HTMLElement {
  return h(tag, { class: "unseen" }, text);
}

let ids = 0;

/** For `aria-labelledby` and the like. */
export function newId(what: string): string {
  ids += 1;
  return `${what}-${ids}`;
}
