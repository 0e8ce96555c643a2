import type { DebugConfiguration } from "vscode";

/** The type of a debug configuration that Hitless's own. */
export const debugType = "hitless";

/**
 * What a configuration may say that is not Hitless's own and means to the debugger of JavaScript what it means there:
 * https://github.com/microsoft/vscode-js-debug/blob/main/OPTIONS.md
 */
export const passedOn = [
  "skipFiles",
  "smartStep",
  "sourceMaps",
  "outFiles",
  "sourceMapPathOverrides",
  "resolveSourceMapLocations",
  "pauseForSourceMap",
  "sourceMapRenames",
  "showAsyncStacks",
  "customDescriptionGenerator",
  "customPropertiesGenerator",
  "timeouts",
  "trace",
  "localRoot",
  "remoteRoot",
] as const;

/** What a person may write into launch.json. */
export interface HitlessConfiguration extends DebugConfiguration {
  /** Name or key of the app; absent: the only one, or the one that is picked. */
  readonly app?: string;
  /** Slot of the only worker to debug, with those that follow it in its slot; absent: all. */
  readonly worker?: number;
  /** New workers stop at the app's first line. */
  readonly stopOnEntry?: boolean;
}

/** A worker as its debugger needs to know it. */
export interface WorkerPlace {
  readonly name: string;
  /** Of its inspector, as it is reached from here. */
  readonly url: string;
  /** The app's folder where the worker runs. */
  readonly root: string;
  /** The folder here that holds the same, of an app on another machine. */
  readonly localRoot?: string;
  /** What Hitless itself runs in it, as patterns. */
  readonly ownFiles: readonly string[];
}

/** What the debugger of JavaScript is to do with one worker. */
export function workerConfiguration(configuration: DebugConfiguration, worker: WorkerPlace): DebugConfiguration {
  const { skipFiles } = configuration as { readonly skipFiles?: readonly string[] };
  const passed = passedOn.filter((key) => configuration[key] !== undefined).map((key) => [key, configuration[key]]);
  const { localRoot, root } = worker;
  return {
    ...(localRoot !== undefined && { localRoot, remoteRoot: root }),
    ...Object.fromEntries(passed),
    type: "node",
    request: "attach",
    name: worker.name,
    websocketAddress: worker.url,
    cwd: localRoot ?? root,
    // One that comes back is attached anew, at its new address.
    restart: false,
    // Workers are children of the supervisor, and not of each other.
    autoAttachChildProcesses: false,
    attachExistingChildren: false,
    continueOnAttach: configuration.stopOnEntry !== true,
    // Our preload is not the app's code.
    skipFiles: [...(skipFiles ?? ["<node_internals>/**"]), ...worker.ownFiles],
  };
}
