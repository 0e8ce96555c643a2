import { type PathStep, pathThroughLayers } from "../../../shared/layers/catalogue.ts";
import type { Layer } from "../../../shared/layers/layer.ts";
import { layerTitle } from "../../../shared/layers/rows/layerRows.ts";
import { t } from "../../../shared/translate.ts";
import { h, newId, setAttribute, setText } from "../../dom.ts";
import { shareOfLayer } from "../../model/shares.ts";
import { layerNote } from "../../model/titles.ts";
import { vitalsOf } from "../../model/vitalsOf.ts";
import type { PageContext, PageData, Part } from "../../page.ts";
import { createMeter } from "../meter.ts";
import { createApiDetails } from "./apiDetails.ts";
import { createBindingDetails } from "./bindingDetails.ts";
import { createCodeDetails } from "./codeDetails.ts";
import { createDependencyDetails } from "./dependencyDetails.ts";
import { createSampleDetails } from "./sampleDetails.ts";
import { createSystemDetails } from "./systemDetails.ts";
import { createVitalList } from "./vitalList.ts";

export interface Band extends Part {
  readonly toggle: HTMLButtonElement;
}

/** One layer of the picture: at a glance, and in detail when open. */
export function createBand(layer: Layer, context: PageContext): Band {
  const { numbers, save } = context;
  const detailsId = newId("details");
  const headingId = newId("layer");
  const toggle = h("button", { type: "button", class: "band-toggle", "aria-controls": detailsId });
  toggle.append(h("span", { class: "chevron", "aria-hidden": "true" }), h("span", {}, layerTitle(layer, t)));
  const vitals = createVitalList();
  const meter = createMeter();
  const stepTitle = h("code", { class: "step-title" });
  const stepDetail = h("span", { class: "step-detail" });
  const step = h("p", { class: "step" }, stepTitle, stepDetail);
  const details = h("div", { class: "details", id: detailsId, hidden: true });
  const name = h(
    "div",
    { class: "band-name" },
    h("h2", { id: headingId }, toggle),
    h("p", { class: "note" }, layerNote(layer)),
  );
  const element = h(
    "section",
    { class: "band", "data-layer": layer, "aria-labelledby": headingId },
    h("div", { class: "rail", "aria-hidden": "true" }),
    h(
      "div",
      { class: "band-main" },
      h("div", { class: "band-head" }, h("div", { class: "band-row" }, name, vitals.element, meter.element), step),
      details,
    ),
  );
  let parts: readonly Part[] = [];
  let open: readonly string[] = [];

  toggle.addEventListener("click", () => {
    save({ open: open.includes(layer) ? open.filter((id) => id !== layer) : [...open, layer] });
  });

  function showStep({ traced }: PageData): void {
    const steps = traced === undefined ? [] : stepsOf(traced, context);
    const index = steps.findIndex((each) => each.layer === layer);
    const own = steps[index];
    const order = bandOrder.indexOf(layer);
    const last = Math.max(-1, ...steps.map((each) => bandOrder.indexOf(each.layer)));
    const through = steps.length > 0 && order < last ? "through" : undefined;
    setAttribute(element, "data-lit", own === undefined ? through : "step");
    setAttribute(element, "data-end", own === undefined ? undefined : endOf(order, last));
    element.style.setProperty("--step", String(Math.max(0, index)));
    step.hidden = own === undefined;
    setText(stepTitle, own?.title ?? "");
    setText(stepDetail, own?.detail ?? "");
  }

  return {
    element,
    toggle,
    update(data) {
      const { facts, pulse, previous, series, sample, saved } = data;
      open = saved.open;
      const isOpen = open.includes(layer);
      setAttribute(toggle, "aria-expanded", String(isOpen));
      vitals.update({ vitals: vitalsOf(layer, { facts, pulse, previous }, numbers), series });
      const share = sample === undefined ? undefined : shareOfLayer(sample, layer, saved.busyOnly);
      meter.update({
        label: t("CPU time: {0}", layerTitle(layer, t)),
        share,
        text: share === undefined ? t("not sampled") : numbers.percent(share),
      });
      showStep(data);
      details.hidden = !isOpen;
      if (isOpen) {
        if (parts.length === 0) {
          parts = [createSampleDetails(layer, context), detailsOf[layer](context)];
          details.append(...parts.map((part) => part.element));
        }
        for (const part of parts) {
          part.update(data);
        }
      }
    },
  };
}

/** What an open band shows, beside the sample. */
const detailsOf: Readonly<Record<Layer, (context: PageContext) => Part>> = {
  code: createCodeDetails,
  api: createApiDetails,
  bindings: createBindingDetails,
  dependencies: createDependencyDetails,
  os: createSystemDetails,
};

const bandOrder: readonly Layer[] = ["code", "api", "bindings", "dependencies", "os"];

export function stepsOf(traced: NonNullable<PageData["traced"]>, { system }: PageContext): readonly PathStep[] {
  return pathThroughLayers(traced, { system, translate: t });
}

function endOf(order: number, last: number): string | undefined {
  if (order === 0) {
    return "first";
  }
  return order === last ? "last" : undefined;
}
