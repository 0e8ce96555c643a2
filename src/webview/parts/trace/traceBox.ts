import { qualifiedName } from "../../../shared/layers/entry.ts";
import { t } from "../../../shared/translate.ts";
import { button, h, newId, setAttribute } from "../../dom.ts";
import { findTraced, traceExamples } from "../../model/trace.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { createNearNames } from "./nearNames.ts";
import { SuggestionList } from "./suggestionList.ts";
import { createTraceSummary } from "./traceSummary.ts";

/** The input for a function of Node.js whose path through the layers is to be shown. */
export class TraceBox implements Part {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #input: HTMLInputElement;
  readonly #list: SuggestionList;
  readonly #clear = button("×", () => this.#end(), { class: "clear", "aria-label": t("End the trace") });
  readonly #examples = new Map(
    traceExamples.map((name) => [
      name,
      button(name, () => this.#choose(name), { class: "example", "aria-pressed": "false" }),
    ]),
  );
  readonly #unknown = createNearNames((name) => {
    this.#choose(name);
    this.#input.focus();
    this.#list.close();
  });
  readonly #summary: Part;

  constructor(context: PageContext) {
    const headingId = newId("trace");
    this.#context = context;
    this.#input = createInput();
    this.#list = new SuggestionList(this.#input, (name) => this.#choose(name));
    this.#summary = createTraceSummary(context);
    const examples = [...this.#examples.values()].map((each) => h("li", {}, each));
    this.element = h(
      "section",
      { class: "trace", "aria-labelledby": headingId },
      h(
        "div",
        { class: "trace-head" },
        h("h2", { id: headingId }, h("label", { for: this.#input.id }, t("Trace a call"))),
        h("div", { class: "combobox" }, this.#input, this.#clear, this.#list.element),
        h("ul", { class: "examples", "aria-label": t("Examples") }, ...examples),
      ),
      this.#unknown.element,
      this.#summary.element,
    );
    this.#listen();
  }

  update(data: PageData): void {
    const { traced, saved } = data;
    const isTyping = document.activeElement === this.#input;
    if (!isTyping && this.#input.value !== saved.trace) {
      this.#input.value = saved.trace;
    }
    const name = traced === undefined ? undefined : qualifiedName(traced);
    for (const [example, each] of this.#examples) {
      setAttribute(each, "aria-pressed", String(example === name));
    }
    this.#clear.hidden = saved.trace === "" && this.#input.value === "";
    if (!isTyping) {
      this.#unknown.update(traced === undefined ? saved.trace : "");
    }
    this.#summary.update(data);
  }

  #listen(): void {
    const input = this.#input;
    input.addEventListener("input", () => this.#open());
    input.addEventListener("focus", () => input.select());
    input.addEventListener("click", () => this.#list.isOpen || this.#open());
    input.addEventListener("blur", () => {
      this.#list.close();
      // A full name counts without Enter.
      if (findTraced(input.value) !== undefined || input.value.trim() === "") {
        this.#context.save({ trace: input.value.trim() });
      }
    });
    input.addEventListener("keydown", (event) => {
      if (this.#takeKey(event.key)) {
        event.preventDefault();
      }
    });
  }

  /** Returns whether the key was handled. */
  #takeKey(key: string): boolean {
    switch (key) {
      case "ArrowDown":
        this.#move(1);
        return true;
      case "ArrowUp":
        this.#move(-1);
        return true;
      case "Enter":
        this.#take();
        return true;
      case "Escape":
        if (!this.#list.isOpen) {
          this.#choose("");
        }
        this.#list.close();
        return true;
      default:
        return false;
    }
  }

  #choose(name: string): void {
    this.#list.close();
    this.#unknown.update("");
    this.#input.value = name;
    this.#context.save({ trace: name });
  }

  #end(): void {
    this.#choose("");
    // The button disappears with the trace.
    this.#input.focus();
  }

  /** Takes the input: the exact name, else the first suggestion, else reports it as unknown. */
  #take(): void {
    const typed = this.#input.value.trim();
    const { active, first } = this.#list;
    const name = active ?? (findTraced(typed) === undefined ? first : undefined) ?? typed;
    this.#choose(name);
    if (findTraced(name) === undefined) {
      this.#context.say(this.#unknown.update(name));
    }
  }

  #open(): void {
    const typed = this.#input.value;
    const isKnown = this.#list.open(typed) || findTraced(typed) !== undefined;
    this.#unknown.update(isKnown ? "" : typed);
  }

  #move(step: number): void {
    if (!this.#list.isOpen) {
      this.#open();
    }
    this.#list.move(step);
  }
}

function createInput(): HTMLInputElement {
  return h("input", {
    id: newId("trace-input"),
    type: "text",
    class: "trace-input",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    placeholder: "fs.readFile",
    spellcheck: "false",
    autocomplete: "off",
  });
}
