import assert from "node:assert/strict";
import type { SeenRequest } from "../../../src/client/requests/requestFeed.ts";
import { requestRows, type SeenApp } from "../../../src/extension/views/requests/requestRows.ts";

const t = (text: string, ...args: unknown[]): string => text.replace(/\{(\d+)\}/g, (_, index) => String(args[index]));

function request(changes: Partial<SeenRequest> = {}): SeenRequest {
  return {
    id: 1,
    method: "GET",
    path: "/",
    startedAt: 0,
    ms: 700,
    status: 200,
    worker: 3,
    slot: 1,
    generation: 2,
    ...changes,
  };
}

function app(changes: Partial<SeenApp> = {}): SeenApp {
  return { key: "k", name: "api", inFlight: [], inFlightCount: 0, ended: [], silent: [], ...changes };
}

function shown(apps: readonly SeenApp[], changes: { filter?: string; slowMs?: number } = {}): string[] {
  return requestRows({ apps, filter: "", slowMs: 500, t, ...changes }).flatMap((row) => [
    `${row.label}: ${row.description}`,
    ...row.children.map((child) => `  ${child.label}: ${child.description}`),
  ]);
}

describe("the rows of requests", () => {
  it("are what is in flight, what failed and what was slow, the longest or latest first", () => {
    const inFlight = [
      request({ path: "/wait", ms: 2_300, status: undefined as never }),
      request({ path: "/quick", ms: 3, id: 2 }),
    ];
    const ended = [
      request({ path: "/bad", status: 503, ms: 12 }),
      request({ path: "/left", aborted: true, id: 2 }),
      request({ path: "/slow", ms: 12_400, id: 3 }),
      request({ path: "/slower", ms: 61_000, id: 4 }),
    ];
    assert.deepEqual(shown([app({ inFlight, inFlightCount: 7, ended })]), [
      "In flight: 7",
      "  GET /wait: 2.3 s · worker 1 · gen 2",
      "  GET /quick: 3 ms · 200, not ended · worker 1 · gen 2",
      "Failed: 2",
      "  GET /left: client left · 700 ms · worker 1 · gen 2",
      "  GET /bad: 503 · 12 ms · worker 1 · gen 2",
      "Slow, from 500 ms: 2",
      "  GET /slower: 61 s · 200 · worker 1 · gen 2",
      "  GET /slow: 12 s · 200 · worker 1 · gen 2",
    ]);
  });

  it("name the app where there are several, and workers that do not answer", () => {
    const one = app({ ended: [request()], silent: [3] });
    assert.deepEqual(shown([one, app({ key: "other", name: "web" })]), [
      "In flight: 0",
      "Failed: 0",
      "Slow, from 500 ms: 1",
      "  GET /: 700 ms · 200 · worker 1 · gen 2 · api",
      "A worker does not answer: its requests are not known · api",
    ]);
    assert.deepEqual(shown([]), []);
  });

  it("are those that the filter lets through, at most fifty of a group", () => {
    const ended = Array.from({ length: 60 }, (_, id) => request({ id, path: id === 7 ? "/Users/7" : "/other" }));
    assert.deepEqual(
      shown([app({ ended })], { filter: "get /users" }).at(-1),
      "  GET /Users/7: 700 ms · 200 · worker 1 · gen 2",
    );
    const [, , slow] = requestRows({ apps: [app({ ended })], filter: "", slowMs: 0, t });
    assert.deepEqual([slow?.description, slow?.children.length], ["60", 50]);
  });
});
