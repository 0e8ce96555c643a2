import assert from "node:assert/strict";
import type { ProfileFrame, ProfileNode } from "../../../../src/shared/layers/collected.ts";
import { attribute } from "../../../../src/supervisor/layers/sample/attribution.ts";

const hints = {
  natives: {
    hasAddons: false,
    addonOf: () => undefined,
    namesOf: () => new Set<string>(),
    nameOf: (name: string) => name,
    sqlite: false,
  },
  packages: new Set<string>(),
  builtinShares: (frame: ProfileFrame) => ({ builtin: frame.name === "parse" ? 0.5 : 0, unsure: 0 }),
  callShare: () => 0,
  namesCalledIn: () => undefined,
  jobsAreBuiltins: () => false,
  callLine: (_frame: ProfileFrame, callee: ProfileFrame | undefined) =>
    callee?.name === "pbkdf2Sync" ? 12 : undefined,
  compressorOf: () => undefined,
};
const frame = (name: string, url: string): ProfileFrame => ({
  name,
  url,
  line: url === "" ? 0 : 7,
  column: url === "" ? 0 : 1,
});
const frames = [
  frame("(root)", ""),
  frame("emit", "node:events"),
  frame("hash", "hash.js".replace(/^/, "file:///srv/")),
  frame("pbkdf2Sync", "node:internal/crypto/pbkdf2"),
  frame("run", ""),
  frame("parse", "file:///srv/parse.js"),
  frame("get", "file:///srv/node_modules/lodash/get.js"),
  frame("(idle)", ""),
];
/** `hash` is called by `parse` too, and by itself. */
const nodes: ProfileNode[] = [
  { frame: 0, parent: -1, selfUs: 0 },
  { frame: 7, parent: 0, selfUs: 9_000 },
  { frame: 1, parent: 0, selfUs: 100 },
  { frame: 2, parent: 2, selfUs: 200 },
  { frame: 3, parent: 3, selfUs: 0 },
  { frame: 4, parent: 4, selfUs: 5_000 },
  { frame: 2, parent: 3, selfUs: 100 },
  {
    frame: 5,
    parent: 2,
    selfUs: 1_000,
    lines: [
      [9, 3],
      [10, 1],
    ],
  },
  { frame: 6, parent: 7, selfUs: 400 },
  { frame: 2, parent: 8, selfUs: 50 },
];

describe("the time of the app's own functions", () => {
  const { own, tree, parts } = attribute({ frames, nodes }, hints);

  it("is in themselves, in what was done for them, and in all that was on the stack above them", () => {
    assert.deepEqual(
      own.map(({ name, selfMs, causedMs, totalMs }) => [name, selfMs, causedMs, totalMs]),
      [
        ["hash", 0.35, 5.35, 5.35],
        ["parse", 0.5, 1.4, 1.45],
      ],
    );
  });

  it("names what they called, with the line and the part of most of it", () => {
    assert.deepEqual(own[0]?.calls, [{ name: "pbkdf2Sync", line: 12, ms: 5, part: "binding:crypto" }]);
    assert.deepEqual(own[1]?.calls, [
      { name: "", line: 9, ms: 0.5, part: "v8" },
      { name: "get", ms: 0.4, part: "package:lodash" },
    ]);
  });

  it("has the line that most of it was spent at, or at which most was called", () => {
    assert.deepEqual(
      own.map(({ line }) => line),
      [12, 9],
    );
    const spread = nodes.map(({ lines, ...node }) =>
      lines === undefined
        ? node
        : {
            ...node,
            lines: [
              [9, 1],
              [10, 1],
            ] as const,
          },
    );
    assert.equal(attribute({ frames, nodes: spread }, hints).own[1]?.line, undefined);
  });

  it("is named beside each function that was called for them", () => {
    const [run] = parts.find(({ id }) => id === "binding:crypto")?.functions ?? [];
    assert.deepEqual([run?.name, run?.caller?.name, run?.caller?.ms], ["run", "hash", 5]);
    assert.equal(parts.find(({ id }) => id === "code")?.functions[0]?.caller, undefined);
  });

  it("stands in a tree from the callers to what they called, without what was idle", () => {
    assert.deepEqual(
      tree.map(({ name, parent, part, selfMs, totalMs }) => [name, parent, part, selfMs, totalMs]),
      [
        ["emit", -1, "node", 0.1, 6.85],
        ["hash", 0, "code", 0.2, 5.3],
        ["pbkdf2Sync", 1, "binding:crypto", 0, 5],
        ["run", 2, "binding:crypto", 5, 5],
        ["hash", 1, "code", 0.1, 0.1],
        ["parse", 0, "v8", 1, 1.45],
        ["get", 5, "package:lodash", 0.4, 0.45],
        ["hash", 6, "code", 0.05, 0.05],
      ],
    );
  });
});
