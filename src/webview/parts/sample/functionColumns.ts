import { t } from "../../../shared/translate.ts";
import type { PageContext, SourcePlace } from "../../page.ts";
import { sourceLink } from "../sourceLink.ts";
import type { Column } from "../table/tableRow.ts";

interface NamedFunction {
  readonly name: string;
  readonly at?: SourcePlace | undefined;
}

/**
 * The first columns of a table of functions: what each is called, and where it is.
 * @param root The app's folder at the time a row is drawn.
 */
export function functionColumns(
  root: () => string | undefined,
  context: PageContext,
): readonly Column<NamedFunction>[] {
  return [
    { id: "name", title: t("Function"), cell: ({ name }) => name, order: ({ name }) => name },
    {
      id: "at",
      title: t("Source"),
      cell: ({ at }) => (at === undefined ? "–" : sourceLink(at, root(), context)),
      order: ({ at }) => at?.file ?? "",
    },
  ];
}

/** What a filter of such a table looks through. */
export function functionText({ name, at }: NamedFunction): string {
  return `${name} ${at?.file ?? ""}`;
}
