import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { taskCommand } from "../../../src/client/recipe/taskCommand.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

describe("a task of VS Code before a reload", () => {
  afterEach(removeTempFolders);

  /** A folder with these tasks, and that of an app in it. */
  function workspace(...tasks: readonly object[]): { readonly root: string; readonly app: string } {
    const head = '{\n  // Made by hand.\n  "version": "2.0.0",\n  "tasks": ';
    const root = tempFolder({ ".vscode/tasks.json": `${head}${JSON.stringify(tasks)},\n}\n` });
    const app = join(root, "packages", "api");
    mkdirSync(app, { recursive: true });
    return { root, app };
  }

  async function refusal(name: string, folder: string): Promise<string> {
    return taskCommand(name, folder, {}).then(
      () => "",
      (error: Error) => error.message,
    );
  }

  it("runs the program of the task where the task says, with its variables", async () => {
    const { root, app } = workspace(
      {
        label: "build",
        type: "process",
        command: `\${workspaceFolder}/tools/build`,
        args: ["--to", { value: "d i", quoting: "strong" }],
      },
      {
        label: "types",
        command: `NODE_ENV=test tsc -p '\${env:CONF}'`,
        options: { cwd: "packages/api", env: { A: `\${workspaceFolderBasename}` } },
      },
      { label: "old", type: "npm", script: "compile", path: "packages/api" },
      { type: "npm", script: "bundle" },
      { label: "here", type: "process", command: "nothing", [osName]: { command: "own", args: ["x"] } },
    );
    const at = (name: string) => taskCommand(name, app, { CONF: "tsconfig.build.json" });
    const there = { cwd: root, env: {} };
    assert.deepEqual(await at("build"), { task: "build", command: [`${root}/tools/build`, "--to", "d i"], ...there });
    assert.deepEqual(await at("types"), {
      task: "types",
      command: ["tsc", "-p", "tsconfig.build.json"],
      cwd: app,
      env: { A: basename(root), NODE_ENV: "test" },
    });
    assert.deepEqual(await at("old"), { task: "old", command: ["npm", "run", "compile"], cwd: app, env: {} });
    assert.deepEqual(await at("npm: bundle"), { task: "npm: bundle", command: ["npm", "run", "bundle"], ...there });
    assert.deepEqual(await at("here"), { task: "here", command: ["own", "x"], ...there });
  });

  it("runs a script that no file names, with the package manager of the project", async () => {
    const folder = tempFolder({ "pnpm-lock.yaml": "" });
    const made = { task: "npm: build", command: ["pnpm", "run", "build"], cwd: folder, env: {} };
    assert.deepEqual(await taskCommand("npm: build", folder, {}), made);
  });

  it("says why a task can't be run, and what there is", async () => {
    const { app } = workspace(
      { label: "both", dependsOn: ["a", "b"] },
      { label: "watch", command: "tsc -w", isBackground: true },
      { label: "piped", command: "tsc | tee log" },
      { label: "chain", command: "rm -rf dist && tsc" },
      { label: "file", type: "process", command: "lint", args: [`\${file}`] },
      { label: "gulp", type: "gulp", task: "x" },
      { label: "empty" },
    );
    for (const [name, reason] of [
      ["both", /depends on other tasks/],
      ["watch", /runs in the background/],
      ["piped", /needs a shell/],
      ["chain", /needs a shell/],
      ["file", /uses \$\{file\}, which only VS Code knows/],
      ["gulp", /is of the type "gulp"/],
      ["empty", /has no command/],
      [
        "none",
        /there is no task "none" in .*tasks\.json; there are: both, watch, piped, chain, file, gulp, empty\. Name another task/,
      ],
    ] as const) {
      const told = await refusal(name, app);
      assert.match(told, reason);
      assert.match(told, /^preReload: .*as in \["npm", "run", "build"\]\.$/s);
    }
  });

  it("says so when there is no file, or one that can't be read", async () => {
    assert.match(
      await refusal("build", tempFolder()),
      /there is no task "build", and no \.vscode\/tasks\.json with tasks/,
    );
    const folder = tempFolder({ ".vscode/tasks.json": '{ "tasks": [ }' });
    assert.match(await refusal("build", folder), /tasks\.json can't be read: /);
  });
});

const osName = { win32: "windows", darwin: "osx", linux: "linux" }[process.platform as string] ?? "linux";
