import { t } from "../../shared/translate.ts";
import { h, type Piece, setAttribute, setText } from "../dom.ts";

export interface MeterData {
  readonly label: string;
  /** 0 to 1; absent: nothing is known yet. */
  readonly share: number | undefined;
  readonly text: string;
}

/** The CPU time of a layer as a bar with its number. */
export function createMeter(): Piece<MeterData> {
  const fill = h("div", { class: "meter-fill" });
  const bar = h("div", { class: "meter-bar" }, fill);
  const text = h("span", { class: "meter-text" });
  const caption = h("span", { class: "meter-label", "aria-hidden": "true" }, t("CPU time"));
  const element = h("div", { class: "meter" }, caption, bar, text);
  return {
    element,
    update({ label, share, text: words }) {
      setText(text, words);
      setAttribute(text, "aria-hidden", share === undefined ? undefined : "true");
      setAttribute(element, "data-empty", share === undefined);
      setAttribute(bar, "role", share === undefined ? undefined : "meter");
      setAttribute(bar, "aria-label", share === undefined ? undefined : label);
      setAttribute(bar, "aria-valuemin", share === undefined ? undefined : 0);
      setAttribute(bar, "aria-valuemax", share === undefined ? undefined : 100);
      setAttribute(bar, "aria-valuenow", share === undefined ? undefined : Math.round(share * 1_000) / 10);
      setAttribute(bar, "aria-valuetext", share === undefined ? undefined : words);
      fill.style.inlineSize = `${Math.min(1, Math.max(0, share ?? 0)) * 100}%`;
    },
  };
}
