import { createList, h, type Piece, setAttribute, setText } from "../../dom.ts";
import type { Series } from "../../model/series.ts";
import type { Vital } from "../../model/vitalsOf.ts";
import { createSparkline } from "./sparkline.ts";

export interface VitalsData {
  readonly vitals: readonly Vital[];
  readonly series: Series;
}

interface VitalData {
  readonly vital: Vital;
  readonly values: readonly number[] | undefined;
}

/** Facts side by side, the label above the value, in tabular figures so that nothing jitters. */
export function createVitalList(): Piece<VitalsData> {
  const element = h("dl", { class: "vitals" });
  const list = createList<VitalData>(element, ({ vital }) => vital.id, createVital);
  return {
    element,
    update: ({ vitals, series }) =>
      list(vitals.map((vital) => ({ vital, values: vital.series === undefined ? undefined : series[vital.series] }))),
  };
}

function createVital({ values }: VitalData): Piece<VitalData> {
  const label = h("dt");
  const value = h("span", { class: "value" });
  const detail = h("span", { class: "detail" });
  const spark = values === undefined ? undefined : createSparkline();
  const element = h("div", { class: "vital" }, label, h("dd", {}, value, detail, spark?.element));
  return {
    element,
    update({ vital, values: line }) {
      setText(label, vital.label);
      setText(value, vital.value);
      setText(detail, vital.detail ?? "");
      detail.hidden = vital.detail === undefined;
      setAttribute(element, "data-alarming", vital.alarming === true);
      spark?.update(line ?? []);
    },
  };
}
