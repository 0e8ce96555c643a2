import assert from "node:assert/strict";
import { matchesWish } from "../../../src/client/node/nodeVersionFile.ts";
import { readShellSteps } from "../../../src/client/script/shellSteps.ts";
import { parseJsonc } from "../../../src/client/settings/jsonc.ts";
import { createLineFormatter } from "../../../src/extension/log/lineFormatter.ts";
import { findSourceLinks } from "../../../src/extension/presentation/stackFrames.ts";
import { createEscapeFilter } from "../../../src/shared/text/escapeFilter.ts";
import { createWorkerInspector } from "../../../src/supervisor/inspector/workerInspector.ts";
import { createStderrTail } from "../../../src/supervisor/logs/stderrTail.ts";
import { explainDeath } from "../../../src/supervisor/process/explainDeath.ts";

/** Long enough that time which grows with its square would be minutes. */
const long = 200_000;

const pieces = [
  "/",
  "//",
  ",//\n",
  ",/**/",
  '"',
  "\\",
  "'",
  " ",
  "\t",
  "\r",
  "\n",
  "\r\n",
  ":1",
  ".js:1:1",
  "file:///a",
  "(/",
  "at (",
  "\u001b",
  "\u001b[",
  "\u001b]",
  "0",
  "A=",
  "- ",
  "Cannot find module '",
  "Debugger listening on ws:",
];

const chunk = { sequence: 1, worker: 1, slot: 1, generation: 1, stream: "stdout", time: 0 } as const;

/** All that looks at a text which somebody else wrote. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  "the settings": (text) => {
    try {
      return parseJsonc(`{"a": 1,${text}`);
    } catch (error) {
      assert.ok(error instanceof SyntaxError, String(error));
      return undefined;
    }
  },
  "a start script": (text) => readShellSteps(`A=1 node ${text} server.js`, {}),
  "a version file": (text) => matchesWish("20.1.0", text),
  "the links of a terminal": findSourceLinks,
  "the filter of control sequences": (text) => createEscapeFilter().filter(text),
  "a terminal's lines": (text) => createLineFormatter({ timestamps: false }).format({ ...chunk, text }),
  "the last lines of stderr": (text) => {
    const tail = createStderrTail();
    tail.push(text);
    return tail.lines();
  },
  "what the inspector says": (text) => createWorkerInspector().filter(text),
  "why a worker died": (text) =>
    explainDeath({
      entry: "/app/server.js",
      exitCode: 1,
      signal: null,
      stderr: [text],
      fatal: {
        name: "Error",
        code: "MODULE_NOT_FOUND",
        message: `Cannot find module '${text}`,
        stack: text,
        address: null,
        port: null,
      },
      lastLine: text,
      wasReady: false,
      appListensOn: () => false,
    }),
};

describe("a hostile text", () => {
  for (const [name, read] of Object.entries(readers)) {
    it(`does not keep ${name} busy`, () => {
      for (const piece of pieces) {
        const text = piece.repeat(Math.ceil(long / piece.length));
        read(text);
        read(`${text}!`);
        read(`x${text}\u0000`);
      }
    });
  }

  it("does not break what reads the settings by its depth", () => {
    assert.throws(() => parseJsonc("[".repeat(1_000_000)), SyntaxError);
  });
});
