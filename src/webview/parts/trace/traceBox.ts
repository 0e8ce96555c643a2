import { qualifiedName } from "../../../shared/layers/entry.ts";
import { t } from "../../../shared/translate.ts";
import { button, h, newId, setAttribute } from "../../dom.ts";
import { mechanismWord } from "../../model/titles.ts";
import { findTraced, suggestions, traceExamples } from "../../model/trace.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { createNearNames } from "./nearNames.ts";
import { createTraceSummary } from "./traceSummary.ts";

/** Where a function of Node.js is typed or picked whose way through the layers is to be seen. */
export function createTraceBox(context: PageContext): Part {
  const { save, say } = context;
  const listId = newId("suggestions");
  const headingId = newId("trace");
  const inputId = newId("trace-input");
  const list = h("ul", {
    id: listId,
    role: "listbox",
    class: "suggestions",
    "aria-label": t("Functions of Node.js"),
    hidden: true,
  });
  const input = h("input", {
    id: inputId,
    type: "text",
    class: "trace-input",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": listId,
    "aria-expanded": "false",
    placeholder: "fs.readFile",
    spellcheck: "false",
    autocomplete: "off",
  });
  const clear = button("×", () => end(), { class: "clear", "aria-label": t("End the trace") });
  const examples = h("ul", { class: "examples", "aria-label": t("Examples") });
  const buttons = new Map(
    traceExamples.map((name) => [
      name,
      button(name, () => choose(name), { class: "example", "aria-pressed": "false" }),
    ]),
  );
  examples.append(...[...buttons.values()].map((each) => h("li", {}, each)));
  const summary = createTraceSummary(context);
  const unknown = createNearNames((name) => {
    choose(name);
    input.focus();
    close();
  });
  const element = h(
    "section",
    { class: "trace", "aria-labelledby": headingId },
    h(
      "div",
      { class: "trace-head" },
      h("h2", { id: headingId }, h("label", { for: inputId }, t("Trace a call"))),
      h("div", { class: "combobox" }, input, clear, list),
      examples,
    ),
    unknown.element,
    summary.element,
  );
  let found: readonly string[] = [];
  let active = -1;

  function choose(name: string): void {
    close();
    unknown.update("");
    input.value = name;
    save({ trace: name });
  }

  function end(): void {
    choose("");
    // The button is gone with the trace.
    input.focus();
  }

  /** Takes what was typed: the name itself, else the first that was found, else it is said to be unknown. */
  function take(): void {
    const typed = input.value.trim();
    const name = found[active] ?? (findTraced(typed) === undefined ? found[0] : undefined) ?? typed;
    choose(name);
    if (findTraced(name) === undefined) {
      say(unknown.update(name));
    }
  }

  function open(): void {
    const entries = suggestions(input.value);
    found = entries.map(qualifiedName);
    active = -1;
    list.replaceChildren(
      ...entries.map((entry, index) => {
        const option = h(
          "li",
          { role: "option", id: `${listId}-${index}`, "aria-selected": "false" },
          h("span", { class: "name" }, qualifiedName(entry)),
          h("span", { class: "detail" }, mechanismWord(entry.mechanism)),
        );
        // The input keeps the focus, so that typing goes on.
        option.addEventListener("pointerdown", (event) => event.preventDefault());
        option.addEventListener("click", () => choose(qualifiedName(entry)));
        return option;
      }),
    );
    list.hidden = found.length === 0;
    setAttribute(input, "aria-expanded", String(found.length > 0));
    setAttribute(input, "aria-activedescendant", undefined);
    unknown.update(found.length > 0 || findTraced(input.value) !== undefined ? "" : input.value);
  }

  function close(): void {
    list.hidden = true;
    found = [];
    active = -1;
    setAttribute(input, "aria-expanded", "false");
    setAttribute(input, "aria-activedescendant", undefined);
  }

  function move(step: number): void {
    if (list.hidden) {
      open();
    }
    if (found.length === 0) {
      return;
    }
    active = active < 0 && step < 0 ? found.length - 1 : (active + step + found.length) % found.length;
    for (const [index, option] of [...list.children].entries()) {
      setAttribute(option, "aria-selected", String(index === active));
      if (index === active) {
        option.scrollIntoView({ block: "nearest" });
      }
    }
    setAttribute(input, "aria-activedescendant", `${listId}-${active}`);
  }

  input.addEventListener("input", open);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => list.hidden && open());
  input.addEventListener("blur", () => {
    close();
    // What was typed in full counts without Enter.
    if (findTraced(input.value) !== undefined || input.value.trim() === "") {
      save({ trace: input.value.trim() });
    }
  });
  input.addEventListener("keydown", (event) => {
    switch (event.key) {
      case "ArrowDown":
        move(1);
        break;
      case "ArrowUp":
        move(-1);
        break;
      case "Enter":
        take();
        break;
      case "Escape":
        if (list.hidden) {
          choose("");
        }
        close();
        break;
      default:
        return;
    }
    event.preventDefault();
  });
  return {
    element,
    update(data: PageData) {
      const { traced, saved } = data;
      if (document.activeElement !== input && input.value !== saved.trace) {
        input.value = saved.trace;
      }
      const name = traced === undefined ? undefined : qualifiedName(traced);
      for (const [example, each] of buttons) {
        setAttribute(each, "aria-pressed", String(example === name));
      }
      clear.hidden = saved.trace === "" && input.value === "";
      if (document.activeElement !== input) {
        unknown.update(traced === undefined ? saved.trace : "");
      }
      summary.update(data);
    },
  };
}
