import { wholeOf } from "../../../shared/layers/callChains.ts";
import type { CpuSample, OwnFunction } from "../../../shared/layers/sample.ts";
import { t } from "../../../shared/translate.ts";
import { type Child, h } from "../../dom.ts";
import { partTitle } from "../../model/titles.ts";
import type { PageContext, PageData, Part, SourcePlace } from "../../page.ts";
import { sourceLink } from "../sourceLink.ts";
import { createDataTable } from "../table/dataTable.ts";
import { functionColumns, functionText } from "./functionColumns.ts";

interface OwnRow extends OwnFunction {
  readonly parts: CpuSample["parts"];
  readonly key: string;
  /** Of the sample, or of what was not idle. */
  readonly share: number;
}

/** Which of the app's own functions the time was spent for: in themselves, and in all that they called. */
export function createOwnFunctions(context: PageContext): Part {
  const { count, milliseconds, percent } = context.numbers;
  let root: string | undefined;
  let shown: { sample: PageData["sample"]; busyOnly: boolean } = { sample: undefined, busyOnly: false };
  const table = createDataTable<OwnRow>({
    title: t("By your own functions"),
    columns: [
      ...functionColumns(() => root, context).map((column) =>
        // Where there is little room, the place stands below the name.
        column.id === "name" ? { ...column, cell: nameCell } : { ...column, wide: true },
      ),
      { id: "calls", title: t("Mostly in"), cell: callsCell },
      {
        id: "caused",
        title: t("Responsible for"),
        width: 148,
        numeric: true,
        cell: ({ causedMs, share }) => `${percent(share)} · ${milliseconds(causedMs)}`,
        order: ({ causedMs }) => causedMs,
      },
      {
        id: "self",
        title: t("Self time"),
        numeric: true,
        width: 76,
        wide: true,
        cell: ({ selfMs }) => milliseconds(selfMs),
        order: ({ selfMs }) => selfMs,
      },
      {
        id: "total",
        title: t("Total time"),
        numeric: true,
        wide: true,
        cell: ({ totalMs }) => milliseconds(totalMs),
        order: ({ totalMs }) => totalMs,
      },
    ],
    keyOf: ({ key }) => key,
    sortedBy: { id: "caused", descending: true },
    filterText: functionText,
    empty: t("The sample saw none of your functions."),
    count,
  });

  function nameCell({ name, at }: { readonly name: string; readonly at?: SourcePlace | undefined }): Child {
    return at === undefined
      ? name
      : h("span", {}, `${name} `, h("span", { class: "narrow" }, sourceLink(at, root, context)));
  }

  function callsCell({ at, calls, parts, selfMs }: OwnRow): HTMLElement | string {
    const [call] = calls;
    if (call === undefined || call.ms < selfMs) {
      return t("its own code");
    }
    const part = parts.find(({ id }) => id === call.part);
    const title = part === undefined ? call.part : partTitle(part);
    const text = call.name === "" || call.name === title ? title : `${call.name} (${title})`;
    return at === undefined || call.line === undefined || call.line === at.line
      ? text
      : h("span", {}, `${text} `, sourceLink({ file: at.file, line: call.line }, root, context));
  }

  return {
    element: table.element,
    update({ sample, app, saved: { busyOnly } }) {
      table.element.hidden = sample === undefined;
      if (sample !== undefined && (sample !== shown.sample || busyOnly !== shown.busyOnly)) {
        shown = { sample, busyOnly };
        root = app?.root;
        const { own, parts, durationMs, tree } = sample;
        const wholeMs = busyOnly ? wholeOf(tree) : durationMs;
        table.update(
          own.map((each) => ({
            ...each,
            key: JSON.stringify([each.name, each.at]),
            parts,
            share: wholeMs === 0 ? 0 : each.causedMs / wholeMs,
            // The line that is responsible.
            ...(each.at === undefined || each.line === undefined
              ? {}
              : { at: { file: each.at.file, line: each.line } }),
          })),
        );
      }
    },
  };
}
