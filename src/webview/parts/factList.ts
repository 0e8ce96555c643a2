import { type Child, createList, h, type Piece, setText } from "../dom.ts";

export interface Fact {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** Instead of the text, made once. */
  readonly node?: () => Child;
}

/** Names and values in two columns. */
export function createFactList(): Piece<readonly Fact[]> {
  const element = h("dl", { class: "facts wide" });
  // A value that is more than text is made anew when it changes.
  const keyOf = ({ id, value, node }: Fact) => (node === undefined ? id : `${id} ${value}`);
  return { element, update: createList(element, keyOf, createFact) };
}

function createFact({ node }: Fact): Piece<Fact> {
  const label = h("dt");
  const made = node?.();
  const value = h("dd", {}, made);
  const element = h("div", {}, label, value);
  return {
    element,
    update(fact) {
      setText(label, fact.label);
      if (made === undefined) {
        setText(value, fact.value);
      }
    },
  };
}
