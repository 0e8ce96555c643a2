import { t } from "../../shared/translate.ts";
import { button, h, setText, setUsable, setValue } from "../dom.ts";
import { sampleLengths } from "../model/savedState.ts";
import type { PageContext, PageData, Part } from "../page.ts";

/** Starts a sample, shows its progress, and ends it early; saves what it, or the heap, consists of. */
export function createSampleControl({ numbers, send, save: keep }: PageContext): Part {
  const length = h("select", { "aria-label": t("Length of the sample") });
  length.append(...sampleLengths.map((seconds) => h("option", { value: seconds }, t("{0} s", seconds))));
  const start = button(t("Sample now"), () => send({ type: "sample", seconds: Number(length.value) }), {
    class: "primary",
  });
  const cancel = button(t("Cancel"), () => send({ type: "cancelSample" }));
  const progress = h("progress", { "aria-label": t("Sampling") });
  const left = h("span", { class: "note", "aria-hidden": "true" });
  const save = button(t("Save as .cpuprofile"), () => send({ type: "saveProfile" }));
  const snapshot = button(t("Heap snapshot …"), () => send({ type: "saveHeapSnapshot" }));
  const idle = h("div", { class: "control" }, start, length, save, snapshot);
  const running = h("div", { class: "control" }, cancel, progress, left);
  const element = h("div", { class: "sample-control" }, idle, running);
  let sampling: PageData["sampling"];

  length.addEventListener("change", () => keep({ seconds: Number(length.value) }));
  const draw = () => {
    if (sampling === undefined) {
      return;
    }
    const { startedAt, seconds } = sampling;
    const elapsed = Math.min(seconds, (performance.now() - startedAt) / 1_000);
    progress.max = seconds;
    progress.value = elapsed;
    setText(left, t("{0} of {1} s", numbers.decimal(elapsed), seconds));
    setTimeout(draw, 100);
  };
  return {
    element,
    update(data) {
      const begins = sampling === undefined && data.sampling !== undefined;
      const ends = sampling !== undefined && data.sampling === undefined;
      const hadFocus = element.contains(document.activeElement);
      sampling = data.sampling;
      idle.hidden = sampling !== undefined;
      running.hidden = sampling === undefined;
      setValue(length, String(data.saved.seconds));
      const worker = data.app?.workers.find(({ id }) => id === data.app?.worker);
      const possible = data.app?.status === "running" && (worker?.state === "ready" || worker?.state === "draining");
      setUsable(start, possible);
      setUsable(snapshot, possible);
      save.hidden = data.sample === undefined;
      // The focus stays with the control though its button is replaced.
      if (hadFocus && (begins || ends)) {
        (begins ? cancel : start).focus();
      }
      if (begins) {
        draw();
      }
    },
  };
}
