import { h } from "./dom.ts";

export interface Announcer {
  readonly element: HTMLElement;
  say(text: string): void;
}

/** Makes a screen reader say something after what it is saying now, without showing it. */
export function createAnnouncer(): Announcer {
  const element = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
  return {
    element,
    say(text) {
      // A new element is read out even when the text is the same as before.
      element.replaceChildren(h("p", {}, text));
    },
  };
}
