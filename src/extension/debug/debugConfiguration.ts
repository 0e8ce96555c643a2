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
] as const;

/** What a person may write into launch.json. */
export interface HitlessConfiguration extends DebugConfiguration {
  /** Name or key of the app; absent: the only one, or the one that is picked. */
  readonly app?: string;
  /** Id of the only worker to debug, with those that follow it in its slot; absent: all. */
  readonly worker?: number;
  /** New workers stop at the app's first line. */
  readonly stopOnEntry?: boolean;
}

/** What the debugger of JavaScript is to do with one worker. */
export function workerConfiguration(
  configuration: DebugConfiguration,
  worker: { readonly name: string; readonly url: string; readonly root: string; readonly ownFolder: string },
): DebugConfiguration {
  const { skipFiles } = configuration as { readonly skipFiles?: readonly string[] };
  const passed = passedOn.filter((key) => configuration[key] !== undefined).map((key) => [key, configuration[key]]);
  return {
    ...Object.fromEntries(passed),
    type: "node",
    request: "attach",
    name: worker.name,
    websocketAddress: worker.url,
    cwd: worker.root,
    // One that comes back is attached anew, at its new address.
    restart: false,
    // Workers are children of the supervisor, and not of each other.
    autoAttachChildProcesses: false,
    attachExistingChildren: false,
    continueOnAttach: configuration.stopOnEntry !== true,
    // Our preload is not the app's code.
    skipFiles: [...(skipFiles ?? ["<node_internals>/**"]), `${worker.ownFolder}/**`],
  };
}
