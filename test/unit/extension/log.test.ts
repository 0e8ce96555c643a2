import assert from "node:assert/strict";
import { readJsonLine } from "../../../src/client/logs/jsonLine.ts";
import { createLineFormatter } from "../../../src/extension/log/lineFormatter.ts";
import { createLogNotes, notePatienceMs } from "../../../src/extension/log/logNotes.ts";
import { type LogView, viewChunk, wholeLog } from "../../../src/extension/log/logView.ts";
import { findSourceLinks } from "../../../src/extension/presentation/stackFrames.ts";
import type { LogChunk } from "../../../src/shared/logs.ts";
import { createEscapeFilter } from "../../../src/shared/text/escapeFilter.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences are control characters.
const colours = /\u001b\[\d*m/g;

let sequence = 0;

function chunk(worker: number, text: string, stream: LogChunk["stream"] = "stdout"): LogChunk {
  sequence += 1;
  return { sequence, worker, slot: worker, generation: 1, stream, time: 0, text };
}

/** What a terminal would show, without its colours. */
function shown(chunks: readonly LogChunk[]): string {
  const lines = createLineFormatter({ timestamps: false });
  return chunks.map(lines.format).join("").replace(colours, "");
}

describe("the lines of a log", () => {
  it("have their worker in front", () => {
    assert.equal(
      shown([chunk(1, "one\ntwo\r\n"), chunk(12, "three\n")]),
      " 1·1 │ one\r\n 1·1 │ two\r\n12·1 │ three\r\n",
    );
  });

  it("grow with the pieces of a worker that nobody interrupts", () => {
    assert.equal(shown([chunk(1, "he"), chunk(1, "llo\nwor"), chunk(1, "ld\n")]), " 1·1 │ hello\r\n 1·1 │ world\r\n");
  });

  it("go on in a line of their own when another worker, or the other stream, came between", () => {
    assert.equal(
      shown([chunk(1, "half"), chunk(2, "whole\n"), chunk(1, " of it\n")]),
      " 1·1 │ half\r\n 2·1 │ whole\r\n 1·1 │  of it\r\n",
    );
    assert.equal(shown([chunk(1, "out"), chunk(1, "err\n", "stderr")]), " 1·1 │ out\r\n 1·1 │ err\r\n");
  });

  it("are drawn anew by a carriage return, behind their worker", () => {
    assert.equal(shown([chunk(1, "10%\r20%\r"), chunk(1, "30%\n")]), " 1·1 │ 10%\r 1·1 │ 20%\r 1·1 │ 30%\r\n");
    assert.equal(shown([chunk(1, "end\r"), chunk(1, "\nnext\n")]), " 1·1 │ end\r\n 1·1 │ next\r\n");
  });

  it("end their colours, so that the next worker's line has its own", () => {
    const lines = createLineFormatter({ timestamps: false });
    assert.ok(lines.format(chunk(1, "\u001b[31mred\n")).endsWith("red\u001b[0m\r\n"));
    lines.format(chunk(1, "\u001b[31mopen"));
    assert.ok(lines.note("note").startsWith("\u001b[0m\r\n"));
  });
});

describe("lines of JSON in a log", () => {
  const lines = {
    pino: '{"level":30,"time":1700000000000,"pid":1,"hostname":"h","reqId":"r1","msg":"listening"}',
    bunyan:
      '{"name":"api","hostname":"h","pid":1,"level":50,"msg":"no database","time":"2024-01-01T00:00:00.000Z","v":0}',
    winston: '{"level":"warn","message":"slow","ms":120,"timestamp":"2024-01-01T00:00:00.000Z"}',
    error:
      '{"level":50,"msg":"","err":{"type":"Error","message":"boom","stack":"Error: boom\\n    at f (/srv/a.js:1:2)"}}',
  };
  const seen = (text: string, view: Partial<LogView> = {}, stream: LogChunk["stream"] = "stdout") =>
    viewChunk(chunk(1, text, stream), { ...wholeLog, ...view }).text.replace(colours, "");

  it("are shown as level, message and what else they say", () => {
    assert.equal(seen(`${lines.pino}\n`), "INFO  listening reqId=r1\n");
    assert.equal(seen(`${lines.bunyan}\n`), "ERROR no database name=api\n");
    assert.equal(seen(`${lines.winston}\n`), "WARN  slow ms=120\n");
    assert.equal(seen(`${lines.error}\n`), "ERROR boom\n    Error: boom\n        at f (/srv/a.js:1:2)\n");
  });

  it("stay as they are where they are no message of a logger, are not complete, or are wanted raw", () => {
    for (const text of [
      '{"ok":true}\n',
      "{ not json }\n",
      '{"level":30,"msg":"half',
      '{"level":"loud","msg":"x"}\n',
      "[1]\n",
    ]) {
      assert.equal(seen(text), text);
    }
    assert.equal(seen(`${lines.pino}\n`, { raw: true }), `${lines.pino}\n`);
    assert.equal(readJsonLine(`{"level":30,"msg":"${"x".repeat(70_000)}"}`), undefined, "too long to be read");
  });

  it("are left out below the wanted level; other lines count as info, on stderr as errors", () => {
    const text = `${lines.pino}\nplain\n${lines.winston}\n`;
    assert.equal(seen(text, { level: "warn" }), "WARN  slow ms=120\n");
    assert.equal(seen("plain\n", { level: "error" }, "stderr"), "plain\n");
    assert.equal(seen("plain\n", { level: "error" }), "");
    assert.equal(seen("plain\n", { slot: 2 }), "");
  });
});

describe("what Hitless did, in a log", () => {
  const event = (time: number, code: string, worker?: number) => ({
    sequence: time,
    time,
    level: "info" as const,
    code,
    message: code,
    ...(worker !== undefined && { worker }),
  });

  it("stands between the lines by its time, and waits for output that was written before", () => {
    const notes = createLogNotes();
    for (const [time, code] of [
      [100, "renewing"],
      [150, "workerReady"],
      [200, "renewed"],
    ] as const) {
      notes.add(event(time, code));
    }
    assert.deepEqual(
      notes.before(120).map(({ code }) => code),
      ["renewing"],
    );
    assert.deepEqual(notes.due(200 + notePatienceMs - 1), []);
    assert.deepEqual(
      notes.due(200 + notePatienceMs).map(({ code }) => code),
      ["renewed"],
    );
    assert.equal(notes.waiting, false);
  });

  it("says which file runs, and why a save was no reload", () => {
    const notes = createLogNotes();
    notes.add(event(0, "entryChosen"));
    notes.add(event(1, "notBuilt"));
    notes.add(event(2, "ownWrites"));
    assert.deepEqual(
      notes.before(9).map(({ code }) => code),
      ["entryChosen", "notBuilt", "ownWrites"],
    );
  });

  it("of another worker is not in the log of one", () => {
    const notes = createLogNotes(3);
    notes.add(event(1, "workerDied", 2));
    notes.add(event(2, "workerDied", 3));
    notes.add(event(3, "renewed"));
    assert.deepEqual(
      notes.before(9).map(({ sequence: id }) => id),
      [2, 3],
    );
  });
});

describe("terminal control in a log", () => {
  const filtered = (...pieces: string[]) => {
    const { filter } = createEscapeFilter();
    return pieces.map(filter).join("");
  };

  it("keeps colours and drops what moves, clears, or reaches outside", () => {
    assert.equal(filtered("a\u001b[1;38;5;9mb\u001b[0m"), "a\u001b[1;38;5;9mb\u001b[0m");
    assert.equal(filtered("a\u001b[2J\u001b[H\u001bc\u001b[3Ab"), "ab");
    assert.equal(filtered("a\u001b]0;title\u0007b\u001b]52;c;ZXZpbA==\u001b\\c"), "abc");
    assert.equal(filtered("a\u0007\u0008b\u009b2Jc\td"), "ab2Jc\td");
    assert.equal(filtered("a\u001b(Bb\u001b[>4;2mc"), "abc");
  });

  it("does so wherever the pieces are cut", () => {
    const text = "a\u001b[31mb\u001b]0;t\u001b\\c\u001b[2Kd";
    for (let cut = 0; cut <= text.length; cut += 1) {
      assert.equal(filtered(text.slice(0, cut), text.slice(cut)), "a\u001b[31mbcd", `cut at ${cut}`);
    }
  });

  it("does not wait for ever for the end of what is no sequence", () => {
    assert.ok(filtered(`\u001b]${"x".repeat(5_000)}`).endsWith("xxx"));
  });
});

describe("links in a log", () => {
  const found = (line: string) =>
    findSourceLinks(line).map((link) => [
      line.slice(link.start, link.start + link.length),
      link.path,
      link.line,
      link.column,
    ]);

  it("are the frames of stacks", () => {
    assert.deepEqual(found("    at run (/srv/my app/server.js:4:44)").at(0)?.slice(2), [4, 44]);
    assert.deepEqual(found(" 3 │     at Server.<anonymous> (/srv/api/server.js:4:44)"), [
      ["/srv/api/server.js:4:44", "/srv/api/server.js", 4, 44],
    ]);
    assert.deepEqual(found("    at async file:///srv/my%20api/server.mjs:7:1"), [
      ["file:///srv/my%20api/server.mjs:7:1", "/srv/my api/server.mjs", 7, 1],
    ]);
    assert.deepEqual(found("    at f (C:\\srv\\api\\server.js:4:44)"), [
      ["C:\\srv\\api\\server.js:4:44", "C:\\srv\\api\\server.js", 4, 44],
    ]);
  });

  it("are the places compilers name, also relative ones", () => {
    assert.deepEqual(found("src/app.ts:3 - error"), [["src/app.ts:3", "src/app.ts", 3, 1]]);
    assert.deepEqual(found("./lib/a.js:12:5"), [["./lib/a.js:12:5", "./lib/a.js", 12, 5]]);
  });

  it("are not addresses, times, or Node's own modules", () => {
    for (const line of [
      "http://localhost.dev:3000",
      "listening on 127.0.0.1:3000",
      "at 12:30:01",
      "at emit (node:events:524:28)",
    ]) {
      assert.deepEqual(found(line), [], line);
    }
  });

  it("are looked for in no more of a line than a person reads", () => {
    for (const endless of [
      "a ".repeat(100_000),
      "a.b".repeat(100_000),
      `${"x/".repeat(50_000)}.js:`,
      "(".repeat(100_000),
    ]) {
      assert.deepEqual(found(`${endless} /srv/server.js:1:1`), []);
    }
  });
});
