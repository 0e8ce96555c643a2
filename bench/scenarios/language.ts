import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  IPCMessageReader,
  IPCMessageWriter,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
} from "vscode-languageserver/node";
import { bundlesFolder } from "../../test/support/process/bundles.ts";
import { within } from "../../test/support/process/until.ts";
import type { Scenario } from "../bench.ts";
import { latencies } from "../figures.ts";

/** The lines that are asked for. */
const lineCount = 5_000;

/** Milliseconds for which the server waits after a change before it looks at the text. */
const debounceMs = 200;

const uri = "file:///bench/server.js";

/** How long a person waits for the language server, in a file of 5,000 lines. */
export const language: Scenario = {
  name: "language",
  async run(bench) {
    bench.say("language server: a file of 5,000 lines");
    const rounds = bench.quick ? 10 : 40;
    const child = fork(join(bundlesFolder, "server.cjs"), ["--node-ipc"]);
    const exit = once(child, "exit");
    const editor = createProtocolConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    try {
      return table(await measure(editor, rounds));
    } finally {
      editor.dispose();
      child.kill();
      await exit;
    }
  },
};

interface Measured {
  readonly first: number;
  readonly hovers: number[];
  readonly hoversAfterChange: number[];
  readonly diagnostics: number[];
}

async function measure(editor: ProtocolConnection, rounds: number): Promise<Measured> {
  editor.listen();
  await editor.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    initializationOptions: { state: { trusted: true, apps: [] }, texts: {} },
  });
  await editor.sendNotification(InitializedNotification.type, {});
  const source = sourceOf(lineCount);
  const position = { line: lineCount - 4, character: 6 };
  const hover = () =>
    timed(async () => {
      const answer = await editor.sendRequest(HoverRequest.type, { textDocument: { uri }, position });
      if (answer === null) {
        throw new Error("The hover said nothing.");
      }
    });
  const checked = () =>
    within(
      "the diagnostics",
      new Promise<void>((resolve) => {
        const listening = editor.onNotification(PublishDiagnosticsNotification.type, () => {
          listening.dispose();
          resolve();
        });
      }),
    );
  const change = (version: number) =>
    editor.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri, version },
      contentChanges: [
        { range: { start: { line: 2, character: 3 }, end: { line: 2, character: 4 } }, text: String(version % 10) },
      ],
    });

  const first = await timed(async () => {
    const answer = checked();
    const textDocument = { uri, languageId: "javascript", version: 1, text: source };
    await editor.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
    await answer;
  });
  const measured: Measured = { first: first - debounceMs, hovers: [], hoversAfterChange: [], diagnostics: [] };
  for (let round = 0; round < rounds; round += 1) {
    measured.hovers.push(await hover());
    const whole = await timed(async () => {
      const answer = checked();
      await change(2 * round + 2);
      await answer;
    });
    measured.diagnostics.push(whole - debounceMs);
    const answer = checked();
    await change(2 * round + 3);
    measured.hoversAfterChange.push(await hover());
    await answer;
  }
  return measured;
}

function table({ first, hovers, hoversAfterChange, diagnostics }: Measured) {
  return {
    title: "The language server in a file of 5,000 lines",
    about: `From request to answer, including the pipe; the ${debounceMs} ms for which diagnostics wait after a change are not counted. Goals: a hover under 20 ms, diagnostics under 200 ms.`,
    columns: ["", "p50 / p99 / max (ms)"],
    rows: [
      ["hover", latencies(hovers)],
      ["hover in the moment of a change", latencies(hoversAfterChange)],
      ["diagnostics after a change", latencies(diagnostics)],
      ["diagnostics of a file just opened, in a new server", latencies([first])],
    ],
  };
}

async function timed(action: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/** An Express app with a lot of routes, some of them with something to find. */
function sourceOf(lines: number): string {
  const head = ['import fs from "node:fs";', 'import express from "express";', "// 0", "const app = express();", ""];
  const routes: string[] = [];
  for (let index = 0; head.length + routes.length + 10 < lines - 4; index += 1) {
    routes.push(
      `app.get("/items/${index}/:id", async (request, response) => {`,
      "  const { id, ...rest } = request.params;",
      '  const found = await load({ id, filter: (item) => item.name === "x" + id, rest });',
      "  if (found === undefined) {",
      '    return response.status(404).json({ error: "not found", at: Date.now() });',
      "  }",
      "  const total = found.items.map((item) => item.price * item.count).reduce((a, b) => a + b, 0);",
      ...(index % 50 === 0 ? ['  fs.readFileSync("template.html");'] : []),
      "  response.json({ id, total, items: found.items });",
      "});",
    );
  }
  const tail = ['fs.readFile("x", load);', "app.listen(3000);", "function load() {}", ""];
  const filling = Array.from({ length: lines - head.length - routes.length - tail.length }, () => "");
  return [...head, ...routes, ...filling, ...tail].join("\n");
}
