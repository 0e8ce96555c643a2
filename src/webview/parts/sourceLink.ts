import { shortPlace } from "../../shared/layers/shortPlace.ts";
import { t } from "../../shared/translate.ts";
import { button, h } from "../dom.ts";
import { shortPath, splitPath, withoutHome } from "../model/shortPath.ts";
import type { PageContext, SourcePlace } from "../page.ts";

/** A place in a file, shortened, in a package from its name on: the user's and packages' files open in the editor, Node's own are only named. */
export function sourceLink(
  at: SourcePlace,
  root: string | undefined,
  { home, openSource }: Pick<PageContext, "home" | "openSource">,
): HTMLElement {
  const { file, line } = at;
  const isFile = /^([/\\]|[A-Za-z]:[/\\])/.test(file);
  const short = isFile ? withoutHome(shortPlace(file, root), home) : file;
  const place = line === undefined ? "" : `:${line}`;
  const { folder, name } = splitPath(short);
  const parts = [h("span", { class: "folder" }, folder), h("span", { class: "file" }, `${name}${place}`)];
  if (!isFile) {
    return h("span", { class: "source", title: `${file}${place}` }, ...parts);
  }
  const link = button("", () => openSource(at), {
    class: "source link",
    // Separate elements would be read as two words.
    "aria-label": `${short}${place}`,
    title: t("Open {0}", `${shortPath(file, undefined, home)}${place}`),
  });
  link.append(...parts);
  return link;
}
