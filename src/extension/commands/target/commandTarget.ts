/** What a command was called on: a row of the tree, a button of a message, or a key binding of the user. */
export interface CommandTarget {
  /** Key or name of the app. */
  readonly app?: string;
  readonly worker?: number;
  /** When a renewal began, in epoch milliseconds: identifies its report. */
  readonly report?: number;
  /** Name of a function of Node.js whose path through the layers is to be shown, such as `fs.readFile`. */
  readonly trace?: string;
  /** A request that has come to the app. */
  readonly request?: { readonly method: string; readonly path: string };
}

/** Validates the first argument of a command; any extension may call commands with anything. */
export function readTarget(argument: unknown): CommandTarget {
  if (typeof argument !== "object" || argument === null) {
    return {};
  }
  const app = "app" in argument && typeof argument.app === "string" ? argument.app : undefined;
  const worker = "worker" in argument && typeof argument.worker === "number" ? argument.worker : undefined;
  const report = "report" in argument && typeof argument.report === "number" ? argument.report : undefined;
  const trace = "trace" in argument && typeof argument.trace === "string" ? argument.trace : undefined;
  const method = "method" in argument && typeof argument.method === "string" ? argument.method : undefined;
  const path = "path" in argument && typeof argument.path === "string" ? argument.path : undefined;
  return {
    ...(app !== undefined && { app }),
    ...(worker !== undefined && { worker }),
    ...(report !== undefined && { report }),
    ...(trace !== undefined && { trace }),
    ...(method !== undefined && path !== undefined && { request: { method, path } }),
  };
}
