import assert from "node:assert/strict";
import { sampleLines } from "../../../src/cli/show/layers/sampleText.ts";
import { treeLines } from "../../../src/cli/show/layers/treeText.ts";
import { plain } from "../../../src/cli/terminal/paint.ts";
import { displayWidth } from "../../../src/cli/terminal/table.ts";
import type { CpuSample } from "../../../src/shared/layers/sample.ts";

const root = "/srv/shop";
const route = { file: `${root}/routes/accounts.js`, line: 5, column: 18 };
const hash = { file: `${root}/lib/passwords.js`, line: 3, column: 10 };
const layer = `${root}/node_modules/express/lib/router/layer.js`;
const pbkdf2 = { file: "node:internal/crypto/pbkdf2", line: 62 };
const cryptoPart = { id: "binding:crypto", kind: "binding", name: "crypto", dependency: "openssl" } as const;

const sample: CpuSample = {
  worker: { id: 1, slot: 1, pid: 7, generation: 1 },
  startedAt: 0,
  durationMs: 1_000,
  ticks: 990,
  cancelled: false,
  parts: [
    { ...cryptoPart, selfMs: 800, share: 0.8, functions: [{ name: "run", selfMs: 800 }] },
    { id: "idle", kind: "idle", selfMs: 100, share: 0.1, functions: [] },
    {
      ...{ id: "package:express", kind: "package", name: "express", selfMs: 100, share: 0.1 },
      functions: [{ name: "handle", at: { file: layer, line: 86 }, selfMs: 100 }],
    },
  ],
  own: [
    {
      ...{ name: "checkPassword", at: hash, line: 5, selfMs: 0, causedMs: 800, totalMs: 800 },
      calls: [{ name: "pbkdf2Sync", line: 5, ms: 800, part: "binding:crypto" }],
    },
    { name: "(anonymous)", at: route, selfMs: 40, causedMs: 40, totalMs: 900, calls: [] },
    { name: "(anonymous)", at: { ...route, column: 40 }, selfMs: 30, causedMs: 30, totalMs: 30, calls: [] },
    { name: "never", at: route, selfMs: 0, causedMs: 4, totalMs: 900, calls: [] },
  ],
  tree: [
    { parent: -1, name: "emit", at: { file: "node:events", line: 471 }, part: "node", selfMs: 0, totalMs: 900 },
    ...Array.from({ length: 30 }, (_, index) => {
      return { parent: index, name: "handle", at: { file: layer, line: 86 }, part: "node", selfMs: 0, totalMs: 900 };
    }),
    { parent: 30, name: "(anonymous)", at: route, part: "code", selfMs: 100, totalMs: 900 },
    { parent: 31, name: "checkPassword", at: hash, part: "code", selfMs: 0, totalMs: 800 },
    { parent: 32, name: "pbkdf2Sync", at: pbkdf2, part: "binding:crypto", selfMs: 0, totalMs: 800 },
    { parent: 33, name: "run", part: "binding:crypto", selfMs: 800, totalMs: 800 },
  ],
};

describe("a sample on a terminal", () => {
  const options = { paint: plain, columns: 80, root };

  it("names first which of the app's lines is responsible, by its place in the app", () => {
    assert.deepEqual(sampleLines(sample, options), [
      "CPU TIME · sample of 1.0 s · 990 ticks · 90 % busy",
      "",
      "BY YOUR OWN FUNCTIONS",
      "    80 %  checkPassword  800 ms  lib/passwords.js:5",
      "            mostly pbkdf2Sync, binding crypto → openssl: 800 ms",
      "   4.0 %  (anonymous)  40 ms  routes/accounts.js:5:18",
      "   3.0 %  (anonymous)  30 ms  routes/accounts.js:5:40",
      "",
      "BY PART",
      "    80 %  ████████████████····  binding crypto → openssl",
      "          run  800 ms",
      "    10 %  ██··················  idle",
      "    10 %  ██··················  package express",
      "          handle  100 ms  express/lib/router/layer.js:86",
    ]);
  });

  it("says why it ended early, if nobody asked for that", () => {
    assert.deepEqual(sampleLines({ ...sample, cancelled: true, left: true }, options).slice(0, 2), [
      "CPU TIME · sample of 1.0 s · 990 ticks · ended early · 90 % busy",
      "  it ended when the worker was told to go, as by a reload",
    ]);
  });

  it("says that a worker without work has nothing to tell", () => {
    const idle = {
      id: "idle",
      kind: "idle",
      selfMs: 1_000,
      share: 1,
      functions: [],
    } satisfies CpuSample["parts"][number];
    assert.deepEqual(sampleLines({ ...sample, parts: [idle], own: [] }, options).slice(0, 2), [
      "CPU TIME · sample of 1.0 s · 990 ticks · 0 % busy",
      "  it did next to nothing meanwhile: sample it while it has requests to answer",
    ]);
  });

  it("shows the calls, and what only leads to them as one line", () => {
    assert.deepEqual(treeLines(sample, options), [
      "",
      "CALL TREE",
      "    90 %  … 31 frames of express, Node.js",
      "    90 %    (anonymous)  routes/accounts.js:5",
      "    80 %      checkPassword  lib/passwords.js:3",
      "    80 %        pbkdf2Sync  node:internal/crypto/pbkdf2:62",
      "    80 %          run",
    ]);
  });

  it("keeps deep calls within the width, and those with the most time where there are many", () => {
    const at = { file: `${root}/src/${"deep/".repeat(20)}parser.js`, line: 120 };
    const deep = Array.from({ length: 60 }, (_, index) => {
      const parent = index < 50 ? index - 1 : 0;
      return { parent, name: `parse${index}`, at, part: "code", selfMs: 10, totalMs: index < 50 ? 900 - index : 300 };
    });
    const lines = treeLines({ ...sample, tree: deep }, options);
    assert.equal(lines.length, 43);
    assert.equal(lines.at(-1), "          and 20 more");
    assert.match(lines[41] ?? "", /parse39 {2}….*parser\.js:120$/);
    assert.deepEqual(
      lines.filter((line) => displayWidth(line) > 80),
      [],
    );
  });
});
