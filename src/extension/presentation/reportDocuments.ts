import { commands, EventEmitter, Uri, workspace } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";

const scheme = "hitless-report";

/** Documents that are shown as they are to be read, in VS Code's preview of Markdown, and need not be saved. */
export interface ReportDocuments extends Disposable {
  /** @param title Names the tab. */
  open(title: string, content: string): Promise<void>;
  /** Shows a file beside what it would become. `file`: absolute; `undefined` if there is none yet. */
  compare(change: { readonly title: string; readonly file: string | undefined; readonly after: string }): Promise<void>;
}

export function createReportDocuments(): ReportDocuments {
  const contents = new Map<string, string>();
  const changes = new EventEmitter<Uri>();
  const provider = workspace.registerTextDocumentContentProvider(scheme, {
    onDidChange: changes.event,
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
    async compare({ title, file, after }) {
      const proposed = (path: string, content: string) => {
        const uri = Uri.from({ scheme, path });
        contents.set(path, content);
        changes.fire(uri);
        return uri;
      };
      const before = file === undefined ? proposed("/before/hitless.json", "") : Uri.file(file);
      await commands.executeCommand("vscode.diff", before, proposed("/after/hitless.json", after), title);
    },
    dispose() {
      changes.dispose();
      provider.dispose();
      closing.dispose();
      contents.clear();
    },
  };
}
