import { CustomExecution, Task, TaskScope, tasks, workspace } from "vscode";
import type { Disposable } from "../../shared/basics/disposable.ts";
import type { AppRegistry } from "../apps/appRegistry.ts";
import { taskType } from "../ids.ts";
import type { Localize } from "../platform/localize.ts";
import { createStartTerminal } from "./startTerminal.ts";

export interface AppTasksOptions {
  readonly registry: AppRegistry;
  readonly timestamps: () => boolean;
  readonly t: Localize;
}

/** Tasks that start an app and go on until it ends, such as `hitless: start api`: for `preLaunchTask` and its like. */
export function provideAppTasks(options: AppTasksOptions): Disposable {
  const { registry, t } = options;
  return tasks.registerTaskProvider(taskType, {
    async provideTasks() {
      if (!workspace.isTrusted) {
        return [];
      }
      if (!registry.scanned) {
        await registry.refresh();
      }
      return registry.sessions
        .filter(({ definition }) => definition !== undefined && definition.problem === undefined)
        .map(({ name }) => startTask(name, options));
    },
    resolveTask({ definition, scope }) {
      const app: unknown = definition.app;
      if (typeof app !== "string") {
        return undefined;
      }
      const task = startTask(app, options);
      // VS Code finds a task again by the very definition that it was written with.
      return new Task(definition, scope ?? TaskScope.Workspace, task.name, task.source, task.execution, matcher);
    },
  });

  function startTask(app: string, { timestamps }: AppTasksOptions): Task {
    const execution = new CustomExecution(async () =>
      createStartTerminal({ registry, app, timestamps: timestamps(), t }),
    );
    const task = new Task({ type: taskType, app }, TaskScope.Workspace, `start ${app}`, taskType, execution, matcher);
    task.isBackground = true;
    task.detail = t("Starts the app and shows its log; ending the task stops it");
    return task;
  }
}

/** Of the lines that `startTerminal` writes. */
const matcher = "$hitless";
