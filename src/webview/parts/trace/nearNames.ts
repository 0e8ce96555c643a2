import { qualifiedName } from "../../../shared/layers/entry.ts";
import { t } from "../../../shared/translate.ts";
import { button, h } from "../../dom.ts";
import { nearNames } from "../../model/trace.ts";

export interface NearNames {
  readonly element: HTMLElement;
  /** Shows that a name is unknown; nothing if it is empty. Returns the same as a sentence. */
  update(typed: string): string;
}

/** Says that a name is unknown, and offers similar ones. */
export function createNearNames(choose: (name: string) => void): NearNames {
  const text = h("span");
  const names = h("span", { class: "examples" });
  const element = h("p", { class: "empty unknown", hidden: true }, text, names);
  let shown = "";
  let said = "";
  return {
    element,
    update(typed) {
      const name = typed.trim();
      if (name !== shown) {
        shown = name;
        const near = nearNames(name).map(qualifiedName);
        const unknown = t("No function of that name leaves JavaScript, as far as Hitless knows.");
        const question = near.length === 0 ? "" : t("Did you mean one of these?");
        text.textContent = `${unknown} ${question}`;
        names.replaceChildren(...near.map((each) => button(each, () => choose(each), { class: "example" })));
        element.hidden = name === "";
        said = name === "" ? "" : [unknown, question, near.join(", ")].join(" ");
      }
      return said;
    },
  };
}
