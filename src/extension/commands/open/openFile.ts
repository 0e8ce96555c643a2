import { Position, Range, Uri, window } from "vscode";

/** Opens a file in the editor; `line` counts from 1. */
export async function openFile({ file, line = 1 }: { readonly file: string; readonly line?: number }): Promise<void> {
  const place = new Position(Math.max(0, line - 1), 0);
  await window.showTextDocument(Uri.file(file), { selection: new Range(place, place) });
}
