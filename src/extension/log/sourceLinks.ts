import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Position, Range, type Terminal, TerminalLink, Uri, window } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { Localize } from "../platform/localize.ts";
import { findSourceLinks, type SourceLink } from "../presentation/stackFrames.ts";

class SourceTerminalLink extends TerminalLink {
  readonly path: string;
  readonly source: SourceLink;

  constructor(path: string, source: SourceLink, tooltip: string) {
    super(source.start, source.length, tooltip);
    this.path = path;
    this.source = source;
  }
}

/**
 * Makes source locations in output clickable.
 * @param rootOf Folder to resolve a terminal's relative paths; `undefined` for a terminal that is not ours.
 */
export function createSourceLinks(rootOf: (terminal: Terminal) => string | undefined, t: Localize): Disposable {
  return window.registerTerminalLinkProvider({
    async provideTerminalLinks({ terminal, line }) {
      const root = rootOf(terminal);
      if (root === undefined) {
        return [];
      }
      const links = findSourceLinks(line).map((source) => ({ source, path: resolve(root, source.path) }));
      const exist = await Promise.all(links.map(({ path }) => isFile(path)));
      return links
        .filter((_, index) => exist[index])
        .map(({ source, path }) => new SourceTerminalLink(path, source, t("Open in the editor")));
    },
    async handleTerminalLink({ path, source }: SourceTerminalLink) {
      const place = new Position(source.line - 1, source.column - 1);
      await window.showTextDocument(Uri.file(path), { selection: new Range(place, place) });
    },
  });
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
