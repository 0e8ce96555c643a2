import assert from "node:assert/strict";
import stringWidth from "string-width";
import type { MonitApp } from "../../../src/cli/monit/monitApps.ts";
import { type MonitContent, monitFrame } from "../../../src/cli/monit/monitFrame.ts";
import { firstState, type MonitState } from "../../../src/cli/monit/monitState.ts";
import { pressKey } from "../../../src/cli/monit/pressKey.ts";
import { coloured, plain } from "../../../src/cli/terminal/paint.ts";
import type { SupervisorClient } from "../../../src/client/connection/supervisorClient.ts";
import type { Snapshot } from "../../../src/shared/snapshot.ts";
import { sampleFailure, sampleReport, sampleSnapshot, sampleWorker } from "../client/samples.ts";

const now = 61_000;

function sampleApp(name: string, pid: number, snapshot: Snapshot, changes: Partial<MonitApp> = {}): MonitApp {
  const endpoint = { protocolVersion: 1, pid, socket: "", name, root: "/srv", secret: "", startedAt: 0 };
  const client = { closed: false, snapshot } as SupervisorClient;
  return { endpoint, client, events: [], figures: new Map(), ...changes };
}

const api = sampleApp("api", 1, sampleSnapshot(), {
  figures: new Map([
    [1, { cpu: 0.25, memory: 100 * 1_048_576, requestsPerSecond: 7.24, latencyP99: 3.4, delayP99: 0.4 }],
    [2, { cpu: 1.5, memory: 50 * 1_048_576, requestsPerSecond: 120.4, latencyP99: 12, delayP99: 31 }],
  ]),
  events: [{ sequence: 1, time: now, level: "warning", code: "x", message: "worker 1 is\u001b[2J slow" }],
  report: sampleReport(),
});
const shop = sampleApp(
  "shop 漢字",
  2,
  sampleSnapshot({
    app: { state: "crash-looping", failure: sampleFailure() },
    workers: [sampleWorker({ health: "unresponsive" })],
  }),
);
const away: MonitApp = {
  endpoint: { ...api.endpoint, name: "away", pid: 3 },
  problem: "The supervisor did not answer.",
  events: [],
  figures: new Map(),
};
const log = Array.from({ length: 100 }, (_, index) => ({
  time: now,
  worker: (index % 2) + 1,
  slot: (index % 2) + 1,
  generation: 1,
  stream: index % 2 === 0 ? ("stdout" as const) : ("stderr" as const),
  text: `line ${index} \u001b[31mred\u001b[0m \u001b[2J\u001b[H漢字\t${"long ".repeat(30)}`,
}));
const content: MonitContent = { apps: [api, shop, away], log, now };

const press = (texts: readonly string[], apps: readonly MonitApp[] = content.apps) =>
  texts.reduce<{ state: MonitState; actions: unknown[] }>(
    ({ state, actions }, key) => {
      const [name, text] = key.length > 1 ? [key, ""] : [key.toLowerCase(), key];
      const pressed = pressKey(state, { name, text, ctrl: false }, apps);
      return { state: pressed.state, actions: [...actions, ...(pressed.action === undefined ? [] : [pressed.action])] };
    },
    { state: firstState, actions: [] },
  );

describe("the dashboard", () => {
  it("shows what there is in rows: apps with their sums, and each worker", () => {
    const { lines } = monitFrame(content, press(["down"]).state, { columns: 96, rows: 24 }, plain);
    assert.deepEqual(lines.slice(1, 9), [
      "  APP                        STATE            CPU   MEMORY  REQ/S    P99   LOOP      UP RESTARTS",
      "  api 2/2                    running        175 %  150 MiB    128  12 ms  31 ms      1m        0",
      "▶   1 · gen 1                ready           25 %  100 MiB    7.2   3 ms < 1 ms      1m        0",
      "    2 · gen 1                ready          150 %   50 MiB    120  12 ms  31 ms      1m        0",
      "  shop 漢字 1/2              crash-looping      –        –      –      –      –      1m        0",
      "    1 · gen 1                unresponsive       –        –      –      –      –      1m        0",
      "  away                       unreachable        –        –      –      –      –       –        –",
      "http://127.0.0.1:3000 · generation 1 · supervisor 4711 · Node.js v24.1.0",
    ]);
    const text = lines.join("\n");
    assert.match(text, /^✔ api reloaded · generation 1 → 2 · 2 workers · 1\.2 s/m);
    assert.match(text, /^\d\d:\d\d:\d\d worker 1 is�\[2J slow$/m);
    assert.match(text, /^── log of api 1 · gen 1 ─+$/m);
    assert.match(text, /^1·1 │ line 98 red 漢字 {4}long/m);
    assert.doesNotMatch(text, /line 99/);
  });

  for (const [columns, rows] of [
    [80, 24],
    [60, 15],
    [40, 10],
    [10, 4],
    [200, 60],
  ] as const) {
    it(`fits into ${columns}×${rows}, in colours and without, whatever is shown`, () => {
      for (const keys of [[], ["tab"], ["tab", "tab"], ["l"], ["/", "x"], ["R"], ["s", "7"]]) {
        for (const paint of [plain, coloured]) {
          const { state } = press(keys);
          const { lines } = monitFrame(content, state, { columns, rows }, paint);
          assert.equal(lines.length, rows);
          assert.deepEqual(
            lines.filter((line) => stringWidth(line) > columns),
            [],
          );
          assert.ok(!lines.join("").includes("\u001b[2J"), "an escape sequence of a worker");
          assert.ok(paint === coloured || !lines.join("").includes("\u001b"), "colours");
        }
      }
    });
  }

  it("does what a key says, of the app or worker that is chosen, and asks before a restart", () => {
    assert.deepEqual(press(["r"]).actions, [{ kind: "renew", how: "reload", pid: 1 }]);
    assert.deepEqual(press(["down", "g"]).actions, [{ kind: "renew", how: "gracefulReload", pid: 1, worker: 1 }]);
    assert.deepEqual(press(["R", "n"]).actions, []);
    assert.deepEqual(press(["R", "y"]).actions, [{ kind: "renew", how: "restart", pid: 1 }]);
    assert.deepEqual(press(["tab", "s", "1", "2", "backspace", "return"]).actions, [
      { kind: "scale", pid: 2, workers: 1 },
    ]);
    const refused = press(["s", "0", "return"]);
    assert.deepEqual(refused.actions, []);
    assert.deepEqual(refused.state.message, { text: "0 is no number of workers: 1 to 1024.", isTrouble: true });
    assert.deepEqual(press(["q"]).actions, [{ kind: "quit" }]);
    assert.deepEqual(press(["/", "q", "r"]).actions, []);
  });

  it("shows only lines with a text, and scrolls through them", () => {
    const size = { columns: 80, rows: 12 };
    const filtered = press(["l", "/", "E", " ", "7", "return"]).state;
    const frame = monitFrame(content, filtered, size, plain);
    assert.match(frame.lines[1] ?? "", /log of api · with “E 7” · l: back/);
    assert.deepEqual(
      frame.lines.slice(2, 4).map((line) => line.slice(0, 13)),
      ["2·1 │ line 71", "1·1 │ line 72"],
    );
    assert.equal(frame.mostScrolled, 2);
    const scrolled = monitFrame(content, { ...filtered, scrolled: 50 }, size, plain);
    assert.match(scrolled.lines[1] ?? "", /2 lines below/);
    assert.match(scrolled.lines[2] ?? "", /line 7 /);
  });

  it("stays on a slot when a reload puts another worker into it", () => {
    const { state } = press(["down", "down"]);
    const next = sampleApp(
      "api",
      1,
      sampleSnapshot({ workers: [3, 4].map((id) => sampleWorker({ id, slot: id - 2, generation: 2 })) }),
    );
    const { lines } = monitFrame({ ...content, apps: [next] }, state, { columns: 80, rows: 24 }, plain);
    assert.match(lines.join("\n"), /^▶ {3}2 · gen 2/m);
    assert.match(
      monitFrame({ ...content, apps: [] }, state, { columns: 80, rows: 24 }, plain).lines[2] ?? "",
      /No app is running/,
    );
  });
});
