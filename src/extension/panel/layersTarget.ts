import type { LogOutputChannel, Uri } from "vscode";
import type { AppsEverywhere } from "../apps/machines/appsEverywhere.ts";
import type { WorkerFiguresWatch } from "../apps/workerFigures.ts";
import type { Localize } from "../platform/localize.ts";

export interface LayersPanelsOptions {
  readonly apps: AppsEverywhere;
  readonly figures: WorkerFiguresWatch;
  readonly extensionUri: Uri;
  /** The folder of what is kept for this workspace; absent without one. */
  readonly storageFolder: string | undefined;
  readonly channel: LogOutputChannel;
  readonly version: string;
  readonly t: Localize;
}

/** What the panel is to show; absent fields stay unchanged. */
export interface LayersTarget {
  /** Key or name of the app. */
  readonly app?: string;
  readonly worker?: number;
  /** Name of a function of Node.js, such as `fs.readFile`. */
  readonly trace?: string;
}
