import type { AppView, AppViewState } from "../apps/appView.ts";

/** A line of a task that the problem matcher `$hitless` understands: English, whatever the editor's language. */
export const taskPatterns = {
  begins: "^\\[hitless\\] starting ",
  ends: "^\\[hitless\\] (?:ready|failed|stopped)",
  problem: "^\\[hitless\\] (.+):(\\d+): (error): (.*)$",
} as const;

export interface TaskStep {
  readonly lines: readonly string[];
  /** Exit code with which the task ends; absent while it goes on. */
  readonly ends?: number;
}

/** What a task says when the state of its app becomes another one. */
export function taskStep(app: AppView, before: AppViewState | undefined): TaskStep {
  const { name, state, snapshot, problem } = app;
  if (state === before) {
    return { lines: [] };
  }
  switch (state) {
    case "starting":
      return { lines: [`[hitless] starting ${name}`] };
    case "reloading":
      return before === undefined ? { lines: [`[hitless] starting ${name}`, ready(app)] } : { lines: [] };
    case "running":
      return { lines: [...(before === undefined ? [`[hitless] starting ${name}`] : []), ready(app)] };
    case "crash-looping":
    case "failed":
    case "invalid": {
      const { message = problem ?? "", location } = snapshot?.app.failure ?? {};
      const reason = message.split("\n", 1)[0] ?? "";
      const place = location === undefined ? [] : [`[hitless] ${location.file}:${location.line}: error: ${reason}`];
      const failed = [...place, `[hitless] failed: ${reason}`];
      return state === "crash-looping" ? { lines: failed } : { lines: failed, ends: 1 };
    }
    case "stopped":
    case "finished":
      // Before its start it is stopped too.
      return before === undefined ? { lines: [] } : { lines: ["[hitless] stopped"], ends: 0 };
    default:
      return { lines: [] };
  }
}

function ready({ snapshot }: AppView): string {
  return `[hitless] ready ${snapshot?.app.addresses.join(", ") ?? ""}`.trimEnd();
}
