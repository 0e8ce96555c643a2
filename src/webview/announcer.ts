import { h } from "./dom.ts";

export interface Announcer {
  readonly element: HTMLElement;
  say(text: string): void;
}

/** Says things to a screen reader, after what it is saying, without showing them. */
export function createAnnouncer(): Announcer {
  const element = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
  return {
    element,
    say(text) {
      // A new element is said even when the text is the same as before.
      element.replaceChildren(h("p", {}, text));
    },
  };
}
