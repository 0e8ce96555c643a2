import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CodeAction,
  type CodeLens,
  commands,
  type Diagnostic,
  type Hover,
  languages,
  MarkdownString,
  Position,
  type TextDocument,
  type Uri,
  WorkspaceEdit,
  window,
  workspace,
} from "vscode";
import { commandIds } from "../../../src/extension/ids.ts";
import { poll } from "../../support/process/until.ts";
import { openSampleApp } from "../../support/sampleApp.ts";

const source = `const fs = require("node:fs");
const http = require("node:http");
const server = http.createServer((request, response) => {
  response.end(fs.readFileSync("page.html"));
});
server.listen(3000);
fs.readFile("other.html", () => {});
`;

describe("the language server in VS Code", () => {
  const api = openSampleApp(process.env.HITLESS_TEST_APPS ?? "", "api");
  let document: TextDocument;

  before(async () => {
    api.write("probe.cjs", source);
    document = await workspace.openTextDocument(join(api.folder, "probe.cjs"));
    await window.showTextDocument(document);
  });

  const at = (text: string) => document.positionAt(document.getText().lastIndexOf(text) + 1);

  it("tells on a hover through which layers a call goes, with the one link that works", async () => {
    let own: MarkdownString | undefined;
    await poll("a hover tells of fs.readFile", async () => {
      const hovers = await ask<Hover[]>("vscode.executeHoverProvider", document.uri, at("readFile("));
      const texts = hovers.flatMap(({ contents }) => contents).filter((content) => content instanceof MarkdownString);
      own = texts.find(({ value }) => value.startsWith("**`fs.readFile`**"));
      return own !== undefined;
    });
    assert.match(own?.value ?? "", /libuv/);
    assert.match(own?.value ?? "", /\(command:hitless\.showLayers\?/);
    assert.deepEqual(own?.isTrusted, { enabledCommands: ["hitless.showLayers"] });
  });

  it("finds what blocks the event loop of a worker, explains it, and silences it where a person says so", async () => {
    const blocking = () => problems(document).find(({ range }) => range.start.line === 3);
    await poll("the synchronous call is found", () => blocking() !== undefined);
    const found = blocking();
    assert.ok(found);
    assert.ok(typeof found.code === "object", "the rule has no page");
    assert.match(found.code.target.toString(), /markdown\.showPreview/);
    const actions = await ask<CodeAction[]>("vscode.executeCodeActionProvider", document.uri, found.range);
    const silence = actions.find(
      ({ title }) => title === `Disable ${typeof found.code === "object" ? found.code.value : ""} for this line`,
    );
    assert.ok(silence?.edit, `there are only ${actions.map(({ title }) => title).join(", ")}`);
    assert.ok(await workspace.applyEdit(silence.edit));
    assert.match(document.lineAt(3).text, /^ {2}\/\/ hitless-disable-next-line /);
    await poll("it is found no more", () => problems(document).every(({ range }) => range.start.line !== 4));
  });

  it("adds a shutdown handler", async () => {
    const place = at("listen(");
    const actions = await ask<CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      document.lineAt(place).range,
    );
    const action = actions.find(({ title }) => title === "Add a shutdown handler for server");
    assert.ok(action?.edit);
    assert.ok(await workspace.applyEdit(action.edit));
    assert.match(document.getText(), /process\.once\("SIGTERM", shutdown\);/);
  });

  it("shows where an app listens how it is, and starts it from its first line", async () => {
    const entry = await workspace.openTextDocument(join(api.folder, "server.js"));
    await window.showTextDocument(entry);
    const [start] = await lenses(entry, ["$(play) Start", "$(debug-alt) Debug"]);
    assert.deepEqual(start?.range.start, new Position(0, 0));
    await commands.executeCommand(start?.command?.command ?? "", ...(start?.command?.arguments ?? []));
    try {
      await api.ask();
      const [state, , , , layers] = await lenses(entry, [
        "running · 2 workers",
        "Reload",
        "Rehearse",
        "Debug",
        "Show Layers",
      ]);
      assert.match(entry.lineAt(state?.range.start.line ?? 0).text, /listen\(/);
      assert.equal(layers?.command?.command, "hitless.showLayers");
    } finally {
      await commands.executeCommand(commandIds.stop, { app: "api" });
    }
    await lenses(entry, ["$(play) Start", "$(debug-alt) Debug"]);
  });

  it("is started again when it crashes", async function () {
    if (process.platform !== "linux") {
      this.skip();
    }
    const [pid, ...others] = serverProcesses();
    assert.ok(pid !== undefined && others.length === 0, "there is not just one language server");
    process.kill(pid, "SIGKILL");
    await poll("another one runs", () => serverProcesses().some((it) => it !== pid));
    await poll("it answers", async () => {
      const hovers = await ask<Hover[]>("vscode.executeHoverProvider", document.uri, at("readFile("));
      return hovers
        .flatMap(({ contents }) => contents)
        .some((it) => it instanceof MarkdownString && /libuv/.test(it.value));
    });
  });

  it("leaves with the setting, and comes back with it", async () => {
    const settings = workspace.getConfiguration("hitless");
    const { length } = document.getText();
    await settings.update("language.enabled", false);
    await poll("the problems are gone", () => problems(document).length === 0);
    await settings.update("language.enabled", undefined);
    const edit = new WorkspaceEdit();
    const blocking = 'require("node:http").createServer((_, to) => to.end(require("node:fs").readFileSync("a")));\n';
    edit.insert(document.uri, document.positionAt(length), blocking);
    assert.ok(await workspace.applyEdit(edit));
    await poll("problems are found again", () => problems(document).length > 0);
  });
});

/** The processes that this extension host has started for the language server. */
function serverProcesses(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const isOwn = /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1] === String(process.pid);
        return isOwn && readFileSync(`/proc/${name}/cmdline`, "utf8").includes("server.cjs");
      } catch {
        // It has just ended.
        return false;
      }
    })
    .map(Number);
}

function problems({ uri }: TextDocument): Diagnostic[] {
  return languages.getDiagnostics(uri).filter(({ source: from }) => from === "hitless");
}

async function ask<Answer extends unknown[]>(command: string, uri: Uri, ...args: unknown[]): Promise<Answer | []> {
  return (await commands.executeCommand<Answer | undefined>(command, uri, ...args)) ?? [];
}

/** Waits until the lenses have just these titles. */
async function lenses({ uri }: TextDocument, titles: readonly string[]): Promise<CodeLens[]> {
  let found: CodeLens[] = [];
  const seen = () => found.map(({ command }) => command?.title);
  await poll(
    () => `the lenses are ${titles.join(", ")}; they are ${seen().join(", ")}`,
    async () => {
      found = await ask<CodeLens[]>("vscode.executeCodeLensProvider", uri, 100);
      return JSON.stringify(seen()) === JSON.stringify(titles);
    },
  );
  return found;
}
