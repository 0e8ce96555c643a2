import type { PanelWorker } from "../../shared/layers/panelMessages.ts";
import { t } from "../../shared/translate.ts";
import { h, setText, setValue } from "../dom.ts";
import { workerTitle } from "../model/titles.ts";

/** Fills a select with workers; options stay while the workers are the same, so an open select does not jump. */
export function createWorkerOptions(
  select: HTMLSelectElement,
): (workers: readonly PanelWorker[], chosen: number | undefined) => void {
  let offered = "";
  return (workers, chosen) => {
    const live = workers.filter(({ state }) => state !== "gone");
    const gone = workers.filter(({ state }) => state === "gone");
    const ids = JSON.stringify([live.map(({ id }) => id), gone.map(({ id }) => id)]);
    if (ids !== offered) {
      offered = ids;
      const option = ({ id }: PanelWorker) => h("option", { value: id });
      // Ended ones are below the others: they can still be inspected and compared.
      const ended = gone.length === 0 ? [] : [h("optgroup", { label: t("Ended") }, ...gone.map(option))];
      select.replaceChildren(...live.map(option), ...ended);
    }
    for (const [index, worker] of [...live, ...gone].entries()) {
      const option = select.options[index];
      if (option !== undefined) {
        setText(option, workerTitle(worker));
      }
    }
    setValue(select, String(chosen ?? ""));
  };
}
