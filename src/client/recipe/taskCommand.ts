import { basename, dirname, join, resolve, sep } from "node:path";
import * as v from "valibot";
import { HitlessError, toHitlessError } from "../../shared/errors.ts";
import type { TaskCommand } from "../../shared/settings/settingKinds.ts";
import { foldersAbove } from "../project/foldersAbove.ts";
import { packageManagerOf } from "../project/packageManager.ts";
import { readTextFile } from "../readTextFile.ts";
import { readShellSteps, type Variables } from "../script/shellSteps.ts";
import { parseJsonc } from "../settings/jsonc.ts";

/** A word as it is, or with how a shell is to quote it, which nobody needs without a shell. */
const wordSchema = v.union([
  v.string(),
  v.pipe(
    v.object({ value: v.union([v.string(), v.array(v.string())]) }),
    v.transform(({ value }) => (typeof value === "string" ? value : value.join(" "))),
  ),
]);

const commandFields = {
  command: v.optional(wordSchema),
  args: v.optional(v.array(wordSchema)),
  options: v.optional(v.object({ cwd: v.optional(v.string()), env: v.optional(v.record(v.string(), v.string())) })),
};

/** https://code.visualstudio.com/docs/reference/tasks-appendix */
const taskSchema = v.object({
  label: v.optional(v.string()),
  taskName: v.optional(v.string()),
  type: v.optional(v.string(), "shell"),
  /** Of a task of npm. */
  script: v.optional(v.string()),
  path: v.optional(v.string()),
  isBackground: v.optional(v.boolean(), false),
  dependsOn: v.optional(v.unknown()),
  ...commandFields,
  windows: v.optional(v.object(commandFields)),
  osx: v.optional(v.object(commandFields)),
  linux: v.optional(v.object(commandFields)),
});
type Task = v.InferOutput<typeof taskSchema>;

const fileSchema = v.object({ tasks: v.optional(v.array(v.unknown()), []) });

/** The `.vscode/tasks.json` of a folder and of those above it, the nearest first, whether or not they are there. */
export function taskFiles(folder: string): string[] {
  return foldersAbove(folder).map((each) => join(each, ".vscode", "tasks.json"));
}

/**
 * The program that a task of VS Code runs, by its name, from the nearest `.vscode/tasks.json`; or that of `npm: SCRIPT`, which
 * needs no such file. No shell runs it, so what only a shell could do is refused.
 * @param folder Absolute, of the app.
 * @param environment Where `${env:NAME}` and variables of a command line get their values.
 * @throws HitlessError `badConfig`, which says why not and what to write instead.
 */
export async function taskCommand(name: string, folder: string, environment: Variables): Promise<TaskCommand> {
  const refuse = (problem: string, cause?: unknown): never => {
    throw new HitlessError(
      "badConfig",
      `preReload: ${problem}. Name another task, or give the program and its arguments, as in ["npm", "run", "build"].`,
      { remedy: "openSettings", cause },
    );
  };
  const found = await findTask(name, folder, refuse);
  const script = /^npm: ([^ ]+)$/.exec(name)?.[1];
  if (found === undefined || "others" in found) {
    if (script !== undefined) {
      return { task: name, command: await scriptCommand(folder, script), cwd: folder, env: {} };
    }
    const others = found?.others ?? [];
    return refuse(
      others.length === 0
        ? `there is no task "${name}", and no .vscode/tasks.json with tasks in ${folder} or above`
        : `there is no task "${name}" in ${found?.file}; there are: ${others.join(", ")}`,
    );
  }
  const { task, file } = found;
  const workspace = dirname(dirname(file));
  const stop = (why: string): never => refuse(`the task "${name}" of ${file} ${why}`);
  const expand = (text: string): string => expandVariables(text, { workspace, environment, refuse: stop });
  if (task.dependsOn !== undefined) {
    stop("depends on other tasks, which only VS Code can run");
  }
  if (task.isBackground) {
    stop("runs in the background and never ends");
  }
  const own = ownFields(task);
  const cwd = resolve(workspace, expand(own.options?.cwd ?? (task.type === "npm" ? (task.path ?? "") : "")));
  const env = Object.fromEntries(
    Object.entries(own.options?.env ?? {}).map(([key, value]) => [key, expand(value)] as const),
  );
  const made = { task: name, cwd, env };
  switch (task.type) {
    case "npm":
      return { ...made, command: await scriptCommand(cwd, task.script ?? stop("names no script")) };
    case "process":
      return { ...made, command: [own.command ?? stop("has no command"), ...(own.args ?? [])].map(expand) };
    case "shell": {
      const words = wordsOf(expand(own.command ?? stop("has no command")), environment);
      const [command = [], step] = [words?.command, words?.env];
      if (words === undefined || command.length === 0) {
        return stop("needs a shell");
      }
      return { ...made, env: { ...env, ...step }, command: [...command, ...(own.args ?? []).map(expand)] };
    }
    default:
      return stop(`is of the type "${task.type}", which only VS Code can run`);
  }
}

type Refuse = (problem: string, cause?: unknown) => never;

/** The task of the nearest file that has it; else the names in the nearest file that has any. */
async function findTask(
  name: string,
  folder: string,
  refuse: Refuse,
): Promise<
  { readonly task: Task; readonly file: string } | { readonly others: string[]; readonly file: string } | undefined
> {
  let nearest: { readonly others: string[]; readonly file: string } | undefined;
  for (const file of taskFiles(folder)) {
    const tasks = await readTasks(file, refuse);
    const task = tasks.find((each) => namesOf(each).includes(name));
    if (task !== undefined) {
      return { task, file };
    }
    const others = tasks.flatMap((each) => namesOf(each).slice(0, 1));
    nearest ??= others.length > 0 ? { others, file } : undefined;
  }
  return nearest;
}

async function readTasks(file: string, refuse: Refuse): Promise<Task[]> {
  let text: string | undefined;
  try {
    text = await readTextFile(file);
    const { tasks } = v.parse(fileSchema, text === undefined ? {} : (parseJsonc(text) ?? {}));
    return tasks.flatMap((task) => {
      const parsed = v.safeParse(taskSchema, task);
      return parsed.success ? [parsed.output] : [];
    });
  } catch (error) {
    return refuse(`${file} can't be read: ${toHitlessError(error).message}`, error);
  }
}

function namesOf({ label, taskName, type, script }: Task): string[] {
  const usual = type === "npm" && script !== undefined ? `npm: ${script}` : undefined;
  return [label, taskName, usual].filter((name) => name !== undefined);
}

/** What is written for the system that this runs on wins. */
function ownFields(task: Task): Pick<Task, "command" | "args" | "options"> {
  const system = { win32: task.windows, darwin: task.osx, linux: task.linux }[process.platform as string];
  return {
    command: system?.command ?? task.command,
    args: system?.args ?? task.args,
    options: { ...task.options, ...system?.options },
  };
}

async function scriptCommand(folder: string, script: string): Promise<string[]> {
  return [await packageManagerOf(folder), "run", script];
}

/** The words of a command line that is one command; `undefined` if only a shell can run it. */
function wordsOf(
  text: string,
  environment: Variables,
): { readonly command: readonly string[]; readonly env: Readonly<Record<string, string>> } | undefined {
  const { steps, broken } = readShellSteps(text, environment);
  const [step] = steps;
  const isPlain =
    step !== undefined && !step.needsShell && !step.background && step.pipes.length + step.redirects.length === 0;
  return steps.length === 1 && isPlain && !broken ? { command: step.words, env: step.env } : undefined;
}

interface Expansion {
  /** The folder that `.vscode` is in. */
  readonly workspace: string;
  readonly environment: Variables;
  readonly refuse: Refuse;
}

/** https://code.visualstudio.com/docs/reference/variables-reference */
function expandVariables(text: string, { workspace, environment, refuse }: Expansion): string {
  return text.replace(/\$\{([^{}]*)\}/g, (whole: string, variable: string) => {
    const [kind, name] = variable.split(":", 2);
    const known: Readonly<Record<string, string>> = {
      workspaceFolder: workspace,
      workspaceRoot: workspace,
      workspaceFolderBasename: basename(workspace),
      cwd: workspace,
      pathSeparator: sep,
      "/": sep,
    };
    const value = kind === "env" && name !== undefined ? (environment[name] ?? "") : known[variable];
    return value ?? refuse(`uses ${whole}, which only VS Code knows`);
  });
}
