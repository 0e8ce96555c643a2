import { Uri, window, workspace } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";

const scheme = "hitless-report";

/** Documents that can be read and kept open without having to be saved. */
export interface ReportDocuments extends Disposable {
  /** @param title Names the tab. */
  open(title: string, content: string): Promise<void>;
}

export function createReportDocuments(): ReportDocuments {
  const contents = new Map<string, string>();
  const provider = workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: (uri) => contents.get(uri.path),
  });
  const closing = workspace.onDidCloseTextDocument(({ uri }) => {
    if (uri.scheme === scheme) {
      contents.delete(uri.path);
    }
  });
  return {
    async open(title, content) {
      const uri = Uri.from({ scheme, path: `/${title.replaceAll("/", "-")}.md` });
      contents.set(uri.path, content);
      await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
    },
    dispose() {
      provider.dispose();
      closing.dispose();
      contents.clear();
    },
  };
}
