import type { PanelWorker } from "../../shared/layers/panelMessages.ts";
import { t } from "../../shared/translate.ts";
import { button, h, setAttribute, setText, setUsable, setValue } from "../dom.ts";
import { workerStateWord } from "../model/titles.ts";
import type { PageContext, PageData, Part } from "../page.ts";
import { createWorkerOptions } from "./workerOptions.ts";

/** The app and worker on view, whether it is live, and the commands on them. */
export function createMasthead({ send, save }: PageContext): Part {
  const app = h("select", { class: "app-picker", "aria-label": t("App") });
  const worker = h("select", { class: "worker-picker", "aria-label": t("Worker") });
  const state = h("span", { class: "state" });
  const compare = button(t("Compare"), () => save({ comparing: compare.getAttribute("aria-expanded") !== "true" }), {
    "aria-expanded": "false",
  });
  const rehearse = button(t("Rehearse a Reload…"), () => send({ type: "rehearse" }));
  const copy = button(t("Copy as Markdown"), () => send({ type: "copyReport" }));
  const saveAs = button(t("Save as JSON"), () => send({ type: "saveReport" }));
  const element = h(
    "header",
    { class: "masthead" },
    h("h1", {}, t("Runtime Layers")),
    h("div", { class: "pickers" }, app, worker, state),
    h("div", { class: "tools" }, rehearse, compare, copy, saveAs),
  );
  let shownApps = "";
  const offerWorkers = createWorkerOptions(worker);

  app.addEventListener("change", () => send({ type: "choose", app: app.value }));
  worker.addEventListener("change", () => send({ type: "choose", worker: Number(worker.value) }));
  return {
    element,
    update({ app: known, facts, pulse, failures, comparison, saved }: PageData) {
      const apps = known?.apps ?? [];
      const appsKey = JSON.stringify(apps);
      if (appsKey !== shownApps) {
        shownApps = appsKey;
        app.replaceChildren(...apps.map(({ key, name }) => h("option", { value: key }, name)));
      }
      app.hidden = apps.length === 0;
      setValue(app, known?.app ?? "");
      const workers = known?.workers ?? [];
      offerWorkers(workers, known?.worker);
      worker.hidden = workers.length === 0;
      const chosen = workers.find(({ id }) => id === known?.worker);
      const isFailing = failures.has("pulse") || failures.has("facts");
      const isLive = chosen !== undefined && chosen.state !== "gone" && pulse !== undefined && !isFailing;
      setText(state, stateText(chosen, isLive));
      state.hidden = chosen === undefined;
      setAttribute(state, "data-live", isLive);
      setUsable(rehearse, known?.status === "running");
      setUsable(copy, facts !== undefined);
      setUsable(saveAs, facts !== undefined);
      compare.hidden = workers.length < 2 && comparison === undefined;
      setAttribute(compare, "aria-expanded", String(saved.comparing));
    },
  };
}

function stateText(worker: PanelWorker | undefined, isLive: boolean): string {
  if (worker === undefined) {
    return "";
  }
  if (isLive && worker.state === "ready" && !worker.unresponsive) {
    return t("live");
  }
  return workerStateWord(worker);
}
