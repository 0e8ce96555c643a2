import { workerName } from "../../shared/text/workerName.ts";
import { t } from "../../shared/translate.ts";
import { createList, h, newId, type Piece, setAttribute, setText } from "../dom.ts";
import { type KindShare, sharesByKind } from "../model/shares.ts";
import { kindWord } from "../model/titles.ts";
import type { PageContext, PageData, Part } from "../page.ts";
import { createCallTree } from "./sample/callTreeView.ts";
import { createOwnFunctions } from "./sample/ownFunctions.ts";
import { createSampleControl } from "./sampleControl.ts";

/** Where the worker's time goes, as one bar with a legend; and the control that takes a sample. */
export function createCpuOverview(context: PageContext): Part {
  const { numbers, save } = context;
  const headingId = newId("cpu");
  const control = createSampleControl(context);
  const bar = h("div", { class: "stack" });
  const segments = createList<KindShare>(bar, ({ kind }) => kind, createSegment);
  const legend = h("ul", { class: "legend" });
  const items = createList<KindShare>(
    legend,
    ({ kind }) => kind,
    (item) => createLegendItem(item, context),
  );
  const about = h("p", { class: "note" });
  const busyBox = h("input", { type: "checkbox" });
  const busy = h("label", { class: "check" }, busyBox, t("Leave out idle time"));
  const parts = [createOwnFunctions(context), createCallTree(context)];
  const details = h("div", { class: "cpu-details" }, ...parts.map((part) => part.element));
  const result = h("div", { class: "cpu-result" }, bar, legend, details);
  const element = h(
    "section",
    { class: "cpu", "aria-labelledby": headingId },
    h("div", { class: "cpu-head" }, h("h2", { id: headingId }, t("CPU time")), control.element, about, busy),
    result,
  );
  busyBox.addEventListener("change", () => save({ busyOnly: busyBox.checked }));
  return {
    element,
    update(data: PageData) {
      const { sample, saved } = data;
      control.update(data);
      busyBox.checked = saved.busyOnly;
      for (const part of parts) {
        part.update(data);
      }
      busy.hidden = sample === undefined;
      result.hidden = sample === undefined;
      if (sample === undefined || data.sampling !== undefined) {
        setText(
          about,
          t(
            "Sample the worker under load to see in which layer its time goes. Meanwhile it is slower: small functions called in a hot loop and console.log take up to twice as long.",
          ),
        );
      }
      if (sample === undefined) {
        return;
      }
      const { worker, startedAt, durationMs, ticks, cancelled, left, cpuMs, waitedMs, poolMs } = sample;
      const words = [
        workerName(worker, t),
        numbers.time(startedAt),
        t("{0} s", numbers.decimal(durationMs / 1_000)),
        t("{0} ticks", numbers.count(ticks)),
        ...(cancelled ? [left === true ? t("ended early: the worker was told to go") : t("ended early")] : []),
        // Apart from the main thread, which the bar shows.
        ...(cpuMs === undefined ? [] : [t("CPU time of the thread {0}", numbers.milliseconds(cpuMs))]),
        ...(waitedMs === undefined || waitedMs < durationMs / 10
          ? []
          : [t("waited {0} for a CPU", numbers.milliseconds(waitedMs))]),
        ...(poolMs === undefined ? [] : [t("thread pool {0}", numbers.milliseconds(poolMs))]),
      ];
      if (data.sampling === undefined) {
        setText(about, words.join(" · "));
      }
      const shares = sharesByKind(sample, saved.busyOnly);
      setAttribute(bar, "role", "img");
      setAttribute(
        bar,
        "aria-label",
        shares.map(({ kind, share }) => `${kindWord(kind)} ${numbers.percent(share)}`).join(", "),
      );
      segments(shares);
      items(shares);
    },
  };
}

function createSegment({ kind }: KindShare): Piece<KindShare> {
  const element = h("div", { class: "segment", "data-kind": kind });
  return {
    element,
    update({ share }) {
      element.style.flexGrow = String(Math.max(0.0005, share));
      setAttribute(element, "title", kindWord(kind));
    },
  };
}

function createLegendItem({ kind }: KindShare, { numbers }: PageContext): Piece<KindShare> {
  const value = h("span", { class: "value" });
  const element = h(
    "li",
    {},
    h("span", { class: "swatch", "data-kind": kind, "aria-hidden": "true" }),
    kindWord(kind),
    " ",
    value,
  );
  return { element, update: ({ share }) => setText(value, numbers.percent(share)) };
}
