import { layers } from "../shared/layers/layer.ts";
import { t } from "../shared/translate.ts";
import { h } from "./dom.ts";
import type { PageContext, PageData, Part } from "./page.ts";
import { createBand } from "./parts/bands/band.ts";
import { createComparison } from "./parts/comparison.ts";
import { createCpuOverview } from "./parts/cpuOverview.ts";
import { createMasthead } from "./parts/masthead.ts";
import { createNotices } from "./parts/notices.ts";
import { TraceBox } from "./parts/trace/traceBox.ts";
import { createWorkerTable } from "./parts/workers/workerTable.ts";

export function createPageView(context: PageContext): Part {
  const masthead = createMasthead(context);
  const comparison = createComparison(context);
  const notices = createNotices(context, comparison.open);
  const workers = createWorkerTable(context);
  const trace = new TraceBox(context);
  const cpu = createCpuOverview(context);
  const bands = layers.map((layer) => createBand(layer, context));
  const stack = h("div", { class: "bands", role: "group", "aria-label": t("The layers, top to bottom") });
  stack.append(...bands.map(({ element }) => element));
  stack.addEventListener("keydown", (event) =>
    moveBetween(
      bands.map(({ toggle }) => toggle),
      event,
    ),
  );
  const above = [notices, workers, trace, cpu, comparison].map(({ element }) => element);
  const main = h("main", { tabindex: -1 }, ...above, stack);
  const parts = [masthead, notices, workers, trace, cpu, comparison, ...bands];
  return {
    element: h("div", { class: "page" }, masthead.element, main),
    update(data: PageData) {
      cpu.element.hidden = data.app?.workers.length === 0 && data.sample === undefined;
      for (const part of parts) {
        part.update(data);
      }
    },
  };
}

/** Arrow keys go from band to band; Tab goes through everything. */
function moveBetween(toggles: readonly HTMLButtonElement[], event: KeyboardEvent): void {
  const index = toggles.findIndex((toggle) => event.target instanceof Node && toggle.contains(event.target));
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    Home: 0,
    End: toggles.length - 1,
  };
  const wanted = index < 0 ? undefined : steps[event.key];
  const next = wanted === undefined ? undefined : toggles[wanted];
  if (next !== undefined) {
    event.preventDefault();
    next.focus();
  }
}
