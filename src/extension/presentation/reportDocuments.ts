import { commands, Uri, workspace } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";

const scheme = "hitless-report";

/** Documents that are shown as they are to be read, in VS Code's preview of Markdown, and need not be saved. */
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
      await commands.executeCommand("markdown.showPreview", uri);
    },
    dispose() {
      provider.dispose();
      closing.dispose();
      contents.clear();
    },
  };
}
