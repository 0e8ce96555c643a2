import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type CodeAction,
  CodeActionRequest,
  type CodeLens,
  CodeLensRefreshRequest,
  CodeLensRequest,
  ConfigurationRequest,
  createProtocolConnection,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  type Hover,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  IPCMessageReader,
  IPCMessageWriter,
  LogMessageNotification,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  RegistrationRequest,
  ShutdownRequest,
} from "vscode-languageserver/node";
import { languageNotifications } from "../../../src/shared/languageNames.ts";
import { projectRoot } from "../../support/paths.ts";
import { within } from "../../support/process/until.ts";
import { sampleApp } from "./apps.ts";

const root = resolve("/srv/api");
const uri = pathToFileURL(resolve(root, "server.js")).href;
const source =
  'const fs = require("fs");\nconst http = require("http");\nhttp.createServer(f).listen(0);\nfs.readFile("x", f);\n';

describe("the language server", () => {
  let child: ChildProcess;
  let editor: ProtocolConnection;
  let published: PublishDiagnosticsParams[];
  let levels: Record<string, unknown>;
  const logged: string[] = [];
  let version: number;

  beforeEach(async () => {
    child = fork(join(projectRoot, "src", "server", "main.ts"), ["--node-ipc"]);
    editor = createProtocolConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    published = [];
    levels = {};
    logged.length = 0;
    version = 1;
    editor.onNotification(PublishDiagnosticsNotification.type, (params) => void published.push(params));
    editor.onNotification(LogMessageNotification.type, ({ message }) => void logged.push(message));
    editor.onRequest(ConfigurationRequest.type, ({ items }) => items.map(() => levels));
    editor.onRequest(RegistrationRequest.type, () => undefined);
    editor.listen();
    const state = { trusted: true, apps: [sampleApp({ root, entries: [resolve(root, "server.js")] })] };
    await editor.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: null,
      capabilities: {
        workspace: {
          configuration: true,
          codeLens: { refreshSupport: true },
          didChangeConfiguration: { dynamicRegistration: true },
        },
      },
      initializationOptions: { state, texts: { Reload: "重载" }, ruleDocs: "file:///docs/rules/" },
    });
    await editor.sendNotification(InitializedNotification.type, {});
  });

  afterEach(async () => {
    editor.dispose();
    const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
    child.kill("SIGKILL");
    await ended;
  });

  const textDocument = { uri };
  const open = (text: string) =>
    editor.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: "javascript", version, text },
    });
  const change = (line: number, character: number, text: string) => {
    version += 1;
    const start = { line, character };
    return editor.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges: [{ range: { start, end: start }, text }],
    });
  };
  const nextDiagnostics = (when: (params: PublishDiagnosticsParams) => boolean = () => true) => {
    const answer = new Promise<PublishDiagnosticsParams>((found) => {
      const listening = editor.onNotification(PublishDiagnosticsNotification.type, (params) => {
        published.push(params);
        if (when(params)) {
          listening.dispose();
          found(params);
        }
      });
    });
    return within("the diagnostics", answer);
  };
  const hoverAt = async (line: number, character: number) => {
    const hover: Hover | null = await editor.sendRequest(HoverRequest.type, {
      textDocument,
      position: { line, character },
    });
    return (hover?.contents as { value: string } | undefined)?.value.split("\n")[0];
  };
  const lensTitles = async () => {
    const lenses: CodeLens[] | null = await editor.sendRequest(CodeLensRequest.type, { textDocument });
    return lenses?.map(({ command }) => command?.title);
  };

  it("follows changes, and goes on where a file is broken", async () => {
    await open(source);
    assert.match((await hoverAt(3, 5)) ?? "", /^\*\*`fs\.readFile`/);
    await change(0, 0, "const a = {;\n");
    assert.match((await hoverAt(4, 5)) ?? "", /^\*\*`fs\.readFile`/);
    await change(4, 3, "{{{ ");
    assert.match((await hoverAt(4, 10)) ?? "", /^\*\*`fs\.readFile`/);
    await change(0, 0, "\u0000@@@ ((((\n".repeat(20));
    await hoverAt(24, 10);
    assert.equal(child.exitCode, null);
    assert.deepEqual(logged, []);
  });

  it("tells of problems some time after the last change, each version once, with the rule and its page", async () => {
    await open(source);
    await change(0, 0, "// 1\n");
    await change(0, 0, "// 2\n");
    const { version: told, diagnostics } = await nextDiagnostics();
    assert.equal(told, 3);
    assert.equal(published.length, 1);
    const [found] = diagnostics;
    assert.ok(found, "listening on port 0 is found by no rule");
    assert.equal(found.source, "hitless");
    assert.equal(found.range.start.line, 4);
    assert.equal(found.codeDescription?.href, `file:///docs/rules/${found.code}.md`);
  });

  it("takes severities from the settings, and asks again when they change", async () => {
    const first = nextDiagnostics();
    await open(source);
    const { diagnostics } = await first;
    const code = String(diagnostics[0]?.code);
    levels = { [code]: "off" };
    const second = nextDiagnostics();
    await editor.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
    assert.deepEqual(
      (await second).diagnostics.filter((it) => it.code === code),
      [],
    );
    levels = { [code]: "hint" };
    const third = nextDiagnostics();
    await editor.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
    assert.deepEqual(
      (await third).diagnostics.filter((it) => it.code === code).map(({ severity }) => severity),
      [4],
    );
  });

  it("leaves out hovers, or rules, when one of the two is switched off", async () => {
    levels = { rules: false };
    const first = nextDiagnostics();
    await open(source);
    assert.deepEqual((await first).diagnostics, []);
    assert.match((await hoverAt(3, 5)) ?? "", /^\*\*`fs\.readFile`/);
    levels = { hovers: false };
    const second = nextDiagnostics();
    await editor.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
    assert.notDeepEqual((await second).diagnostics, []);
    assert.equal(await hoverAt(3, 5), undefined);
  });

  it("says at once that a file is too long for the rules", async () => {
    const first = nextDiagnostics();
    await open(`${source}${'app.get("/x", (req, res) => res.send(fs.readFileSync("x")));\n'.repeat(20_000)}`);
    const { diagnostics } = await first;
    assert.deepEqual(
      diagnostics.map(({ message }) => message),
      ["This file is longer than 500000 characters, so the rules of Hitless leave it alone."],
    );
  });

  it("offers to silence a problem, and the comment does", async () => {
    const first = nextDiagnostics();
    await open(source);
    const { diagnostics } = await first;
    const [found] = diagnostics;
    assert.ok(found);
    const actions = ((await editor.sendRequest(CodeActionRequest.type, {
      textDocument,
      range: found.range,
      context: { diagnostics },
    })) ?? []) as CodeAction[];
    const silence = actions.find(({ title }) => title === `Disable ${found.code} for this line`);
    assert.deepEqual(silence?.diagnostics, [found]);
    assert.ok(actions.some(({ title }) => title === "Add a shutdown handler for server"));
    const [edit] = silence.edit?.documentChanges ?? [];
    const [{ range, newText } = { range: undefined, newText: "" }] =
      edit !== undefined && "edits" in edit
        ? (edit.edits as { range: { start: { line: number; character: number } }; newText: string }[])
        : [];
    assert.deepEqual(range?.start, { line: found.range.start.line, character: 0 });
    const second = nextDiagnostics();
    await change(found.range.start.line, 0, newText);
    assert.deepEqual(
      (await second).diagnostics.filter((it) => it.code === found.code),
      [],
    );
  });

  it("shows the apps as they are told, in the editor's language", async () => {
    await open(source);
    assert.deepEqual(await lensTitles(), ["running · 2 workers", "重载", "Rehearse", "Debug", "Show Layers"]);
    const refreshed = new Promise<void>((told) => {
      editor.onRequest(CodeLensRefreshRequest.type, () => told());
    });
    const stopped = sampleApp({ root, entries: [resolve(root, "server.js")], active: false, startable: true });
    await editor.sendNotification(languageNotifications.apps, { trusted: true, apps: [stopped] });
    await within("the refresh", refreshed);
    assert.deepEqual(await lensTitles(), ["$(play) Start", "$(debug-alt) Debug"]);
    await editor.sendNotification(languageNotifications.apps, { trusted: true, apps: [{ key: 1 }] });
    assert.deepEqual(await lensTitles(), ["$(play) Start", "$(debug-alt) Debug"]);
    assert.match(logged.join("\n"), /hitless\/apps: apps\.0\.key: /);
  });

  it("forgets a closed file, and ends when the editor does", async () => {
    const first = nextDiagnostics();
    await open(source);
    assert.notDeepEqual((await first).diagnostics, []);
    const second = nextDiagnostics();
    await editor.sendNotification(DidCloseTextDocumentNotification.type, { textDocument });
    assert.deepEqual((await second).diagnostics, []);
    assert.equal(await hoverAt(3, 5), undefined);
    await editor.sendRequest(ShutdownRequest.type);
    const exit = once(child, "exit");
    child.disconnect();
    await within("the end", exit);
  });

  it("tells of a file just opened what it shows alone, and then what the other files of its package decide", async () => {
    const patient = 'const server = require("http").createServer(f).listen(0);\nserver.keepAliveTimeout = 65_000;\n';
    const codes = ({ diagnostics }: PublishDiagnosticsParams) => diagnostics.map(({ code }) => code);
    const all = nextDiagnostics(({ diagnostics }) => diagnostics.length > 1);
    await open(patient);
    assert.deepEqual(codes(await all), ["random-port", "long-keep-alive"]);
    assert.deepEqual(published.map(codes), [["long-keep-alive"], ["random-port", "long-keep-alive"]]);
    published.length = 0;
    const changed = nextDiagnostics();
    await change(0, 0, "// 1\n");
    assert.deepEqual(codes(await changed), ["random-port", "long-keep-alive"]);
  });

  it("looks at no installed package", async () => {
    const installed = pathToFileURL(resolve(root, "node_modules", "x", "index.js")).href;
    const answer = nextDiagnostics((params) => params.uri === installed);
    await editor.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri: installed, languageId: "javascript", version: 1, text: source },
    });
    assert.deepEqual((await answer).diagnostics, []);
  });
});
