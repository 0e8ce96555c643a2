// A second extension that `npm start` loads beside Hitless: it opens what a person should see first, once.
const vscode = require("vscode");

/** @param {vscode.ExtensionContext} context */
exports.activate = async ({ workspaceState }) => {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (folder === undefined || workspaceState.get("shown")) {
    return;
  }
  await workspaceState.update("shown", true);
  await vscode.commands.executeCommand("hitless.apps.focus");
  await vscode.window.showTextDocument(vscode.Uri.joinPath(folder.uri, "server.js"), { preview: false });
  await vscode.commands.executeCommand("markdown.showPreviewToSide", vscode.Uri.joinPath(folder.uri, "README.md"));
};
