import { type CatalogueEntry, qualifiedName } from "../../../shared/layers/entry.ts";
import { layerTitle } from "../../../shared/layers/rows/layerRows.ts";
import { t } from "../../../shared/translate.ts";
import { h } from "../../dom.ts";
import { mechanismWord, threadWord } from "../../model/titles.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { stepsOf } from "../bands/band.ts";

const systems = [
  ["linux", "Linux"],
  ["macos", "macOS"],
  ["windows", "Windows"],
] as const;

/** How the traced call works, and what it calls on each operating system. */
export function createTraceSummary(context: PageContext): Part {
  const element = h("div", { class: "trace-summary", hidden: true });
  let shown: CatalogueEntry | undefined;
  return {
    element,
    update({ traced }: PageData) {
      if (traced === shown) {
        return;
      }
      shown = traced;
      element.hidden = traced === undefined;
      element.replaceChildren(...(traced === undefined ? [] : contents(traced, context)));
      if (traced !== undefined) {
        context.say(spoken(traced, context));
      }
    },
  };
}

function contents(entry: CatalogueEntry, { system }: PageContext): HTMLElement[] {
  const { mechanism, thread, binding, source, docs, since, calls } = entry;
  const facts = h(
    "p",
    { class: "trace-facts" },
    h("span", { class: "badge", "data-mechanism": mechanism }, mechanismWord(mechanism)),
    h("span", {}, threadWord(thread)),
    h("span", {}, t("binding {0}", binding)),
    h("code", {}, source),
    since === undefined ? undefined : h("span", {}, t("since Node.js {0}", since)),
    h("a", { href: docs }, t("Documentation")),
  );
  const rows = systems.map(([id, name]) =>
    h(
      "div",
      { "data-own": id === system },
      h("dt", {}, name),
      h("dd", {}, ...(calls[id].length === 0 ? [t("none")] : calls[id].map((call) => h("code", {}, call)))),
    ),
  );
  return [facts, h("dl", { class: "calls", "aria-label": t("System calls") }, ...rows)];
}

function spoken(entry: CatalogueEntry, context: PageContext): string {
  const way = stepsOf(entry, context).map(({ layer, title }) => `${layerTitle(layer, t)}: ${title}`);
  return [qualifiedName(entry), mechanismWord(entry.mechanism), ...way].join(". ");
}
