import type { ExtensionContext } from "vscode";
import { compose } from "./compose.ts";

/** Called by VS Code when package.json's activation events say so. */
export function activate(context: ExtensionContext): void {
  context.subscriptions.push(compose(context));
}
