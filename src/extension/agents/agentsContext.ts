import type { Uri } from "vscode";
import type { AppRegistry } from "../apps/appRegistry.ts";
import type { SessionHost } from "../apps/sessionHost.ts";

/** What the tools of chat need of the extension. */
export interface AgentsContext {
  readonly registry: AppRegistry;
  readonly host: SessionHost;
  readonly extensionUri: Uri;
}
