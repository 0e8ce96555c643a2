/** The part of the Debug Adapter Protocol that a session has which leaves breakpoints to others. */
export interface DebugRequest {
  readonly seq: number;
  readonly type: "request";
  readonly command: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** What a session that only holds others answers to what it does not do itself: nothing, in the form that is expected. */
export function emptyAnswer({ command, arguments: given }: DebugRequest): object {
  switch (command) {
    case "initialize":
      return { supportsConfigurationDoneRequest: true, supportsRestartRequest: true };
    case "threads":
      return { threads: [] };
    case "setBreakpoints":
    case "setFunctionBreakpoints":
    case "setExceptionBreakpoints": {
      // The sessions of the workers verify them.
      const breakpoints = Array.isArray(given?.breakpoints) ? given.breakpoints : [];
      return { breakpoints: breakpoints.map(() => ({ verified: false })) };
    }
    default:
      return {};
  }
}

/** Whether this is a message of a debug adapter that its program has stopped or goes on. */
export function tellsOfPause(message: unknown): boolean {
  const { type, event } = (message ?? {}) as { readonly type?: unknown; readonly event?: unknown };
  return type === "event" && (event === "stopped" || event === "continued");
}
