import type { LayerFacts } from "../../shared/layers/facts.ts";
import type { PanelWorker } from "../../shared/layers/panelMessages.ts";
import { workerName } from "../../shared/text/workerName.ts";
import { t } from "../../shared/translate.ts";
import { h, newId, setText } from "../dom.ts";
import { type Difference, type DifferenceGroup, differences } from "../model/differences.ts";
import { shortPath } from "../model/shortPath.ts";
import type { PageContext, PageData, Part } from "../page.ts";
import { createDataTable } from "./table/dataTable.ts";
import { createWorkerOptions } from "./workerOptions.ts";

export interface Comparison extends Part {
  /** Shows what differs between two workers, and moves the focus there. */
  open(left: number, right: number): void;
}

/** Two workers side by side: only what differs. */
export function createComparison(context: PageContext): Comparison {
  const { numbers, send, save } = context;
  const headingId = newId("comparison");
  const heading = h("h2", { id: headingId, tabindex: -1 }, t("What changed"));
  const left = h("select", { "aria-label": t("First worker") });
  const right = h("select", { "aria-label": t("Second worker") });
  const offerLeft = createWorkerOptions(left);
  const offerRight = createWorkerOptions(right);
  const result = h("p", { class: "note" });
  let root: string | undefined;
  const table = createDataTable<Difference>({
    title: t("Differences"),
    columns: [
      {
        id: "group",
        title: t("What"),
        width: 150,
        cell: ({ group }) => groupWord(group),
        order: ({ group }) => groupWord(group),
      },
      { id: "name", title: t("Name"), cell: nameOf, order: nameOf },
      { id: "left", title: t("First"), cell: (each) => shownValue(each, "left") },
      { id: "right", title: t("Second"), cell: (each) => shownValue(each, "right") },
    ],
    keyOf: ({ group, name }) => `${group} ${name}`,
    sortedBy: { id: "none", descending: false },
    filterText: ({ name, left: one = "", right: other = "" }) => `${name} ${one} ${other}`,
    empty: t("There are no differences."),
    count: numbers.count,
  });
  const element = h(
    "section",
    { class: "comparison", "aria-labelledby": headingId, hidden: true },
    heading,
    h("div", { class: "control" }, left, h("span", { "aria-hidden": "true" }, "→"), right),
    result,
    table.element,
  );
  let shown: PageData["comparison"];
  let asked = "";
  let comesToIt = false;

  /** Requests the data to compare, unless that was done already. Ids begin anew with a supervisor, processes do not. */
  function ask([one, other]: Pair): void {
    const pair = `${one.pid} ${other.pid}`;
    if (pair !== asked) {
      asked = pair;
      send({ type: "compare", left: one.id, right: other.id });
    }
  }

  function nameOf({ group, name }: Difference): string {
    return group === "addons" ? shortPath(name, root, context.home) : (fieldWord(name) ?? name);
  }

  function shownValue({ group, name, ...values }: Difference, side: "left" | "right"): string {
    const value = values[side];
    if (value === undefined || value === "") {
      return "–";
    }
    if (group === "environment") {
      return t("set");
    }
    if (name === "commit") {
      return value.slice(0, 12);
    }
    if (name === "bytes") {
      const [one, other] = [Number(values.left), Number(values.right)];
      // Rounded they may look the same.
      const exact = numbers.bytes(one) === numbers.bytes(other);
      return exact ? t("{0} bytes", numbers.count(Number(value))) : numbers.bytes(Number(value));
    }
    return name === "entry" || group === "addons" ? shortPath(value, root, context.home) : value;
  }

  const choose = () => save({ pair: [Number(left.value), Number(right.value)] });
  left.addEventListener("change", choose);
  right.addEventListener("change", choose);
  return {
    element,
    open(one, other) {
      comesToIt = true;
      save({ comparing: true, pair: [one, other] });
    },
    update({ app, comparison, saved }) {
      root = app?.root;
      element.hidden = !saved.comparing;
      if (comesToIt) {
        comesToIt = false;
        heading.focus();
      }
      if (!saved.comparing) {
        asked = "";
        return;
      }
      const workers = app?.workers ?? [];
      const pair = pairOf(workers, app?.worker, saved.pair);
      offerLeft(workers, pair?.[0].id);
      offerRight(workers, pair?.[1].id);
      if (pair !== undefined) {
        ask(pair);
      }
      if (pair === undefined || !isOf(comparison, pair)) {
        shown = undefined;
        setText(result, pair === undefined ? t("There is no other worker to compare with.") : "");
        table.element.hidden = true;
        return;
      }
      table.element.hidden = false;
      if (comparison !== undefined && comparison !== shown) {
        shown = comparison;
        const { left: one, right: other } = comparison;
        const found = differences(one, other);
        setText(result, t("{0} against {1}", workerWords(one), workerWords(other)));
        table.update(found);
        context.say(t("{0} differences", found.length));
      }
    },
  };
}

type Pair = readonly [PanelWorker, PanelWorker];

/** Whether the data are those of these workers, and not of others that had their numbers before. */
function isOf(comparison: PageData["comparison"], [left, right]: Pair): boolean {
  return comparison?.left.worker.pid === left.pid && comparison.right.worker.pid === right.pid;
}

/** The pair the user picked, else the chosen worker against one of an earlier generation, else against any other. */
function pairOf(
  workers: readonly PanelWorker[],
  chosen: number | undefined,
  picked: readonly [number, number] | undefined,
): Pair | undefined {
  const [left, right] = (picked ?? []).map((id) => workers.find((worker) => worker.id === id));
  if (left !== undefined && right !== undefined) {
    return [left, right];
  }
  const told = workers.filter(({ state }) => state !== "starting");
  const current = told.find(({ id }) => id === chosen) ?? told[0];
  const others = told.filter(({ id }) => id !== current?.id);
  const other = others.find(({ generation }) => generation !== current?.generation) ?? others[0];
  if (current === undefined || other === undefined) {
    return undefined;
  }
  return current.id < other.id ? [current, other] : [other, current];
}

function workerWords({ worker }: LayerFacts): string {
  return workerName(worker, t);
}

function groupWord(group: DifferenceGroup): string {
  return {
    code: t("Your code"),
    runtime: t("Runtime"),
    packages: t("Package"),
    environment: t("Environment variable"),
    addons: t("Addon"),
  }[group];
}

function fieldWord(name: string): string | undefined {
  const words: Readonly<Record<string, string>> = {
    commit: t("Commit"),
    entry: t("Entry"),
    modules: t("Own modules"),
    bytes: t("Size"),
    sourceMaps: t("Source maps"),
    node: t("Node.js"),
    flags: t("Flags"),
    abi: t("ABI"),
    threadPool: t("Thread pool"),
  };
  return Object.hasOwn(words, name) ? words[name] : undefined;
}
