import { type CatalogueEntry, qualifiedName } from "../../../shared/layers/entry.ts";
import { t } from "../../../shared/translate.ts";
import { h, newId, setAttribute } from "../../dom.ts";
import { mechanismWord } from "../../model/titles.ts";
import { suggestions } from "../../model/trace.ts";

/** The list below a combobox: functions of Node.js that match the input, which keeps the focus. */
export class SuggestionList {
  readonly element: HTMLUListElement;
  readonly #input: HTMLInputElement;
  readonly #choose: (name: string) => void;
  #found: readonly string[] = [];
  #active = -1;

  /** @param choose Called with the name that is clicked. */
  constructor(input: HTMLInputElement, choose: (name: string) => void) {
    const label = t("Functions of Node.js");
    const attributes = { id: newId("suggestions"), role: "listbox", class: "suggestions", "aria-label": label };
    this.element = h("ul", { ...attributes, hidden: true });
    this.#input = input;
    this.#choose = choose;
    setAttribute(input, "aria-controls", this.element.id);
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  get first(): string | undefined {
    return this.#found[0];
  }

  /** The option that the arrow keys have moved to. */
  get active(): string | undefined {
    return this.#found[this.#active];
  }

  /** Returns whether anything matches. */
  open(typed: string): boolean {
    const entries = suggestions(typed);
    this.element.replaceChildren(...entries.map((entry, index) => this.#createOption(entry, index)));
    this.#show(entries.map(qualifiedName));
    return this.isOpen;
  }

  close(): void {
    this.#show([]);
  }

  /** @param step 1 moves down, -1 up, wrapping at the ends. */
  move(step: number): void {
    const { length } = this.#found;
    if (length === 0) {
      return;
    }
    this.#active = this.#active < 0 && step < 0 ? length - 1 : (this.#active + step + length) % length;
    for (const [index, option] of [...this.element.children].entries()) {
      setAttribute(option, "aria-selected", String(index === this.#active));
      if (index === this.#active) {
        option.scrollIntoView({ block: "nearest" });
        setAttribute(this.#input, "aria-activedescendant", option.id);
      }
    }
  }

  #show(found: readonly string[]): void {
    this.#found = found;
    this.#active = -1;
    this.element.hidden = found.length === 0;
    setAttribute(this.#input, "aria-expanded", String(found.length > 0));
    setAttribute(this.#input, "aria-activedescendant", undefined);
  }

  #createOption(entry: CatalogueEntry, index: number): HTMLElement {
    const option = h(
      "li",
      { role: "option", id: `${this.element.id}-${index}`, "aria-selected": "false" },
      h("span", { class: "name" }, qualifiedName(entry)),
      h("span", { class: "detail" }, mechanismWord(entry.mechanism)),
    );
    // The input keeps the focus, so that typing can continue.
    option.addEventListener("pointerdown", (event) => event.preventDefault());
    option.addEventListener("click", () => this.#choose(qualifiedName(entry)));
    return option;
  }
}
