import assert from "node:assert/strict";
import { staleRows } from "../../../src/extension/views/rows/staleRows.ts";
import { sampleSnapshot } from "../client/samples.ts";
import { english, sampleView } from "./fixtures.ts";

describe("staleRows", () => {
  const rows = (stale?: number) => {
    const app = { generation: 4, ...(stale !== undefined && { stale }) };
    return staleRows(sampleView({ snapshot: sampleSnapshot({ app }) }), english);
  };

  it("say how many files differ from what runs, and lead to them", () => {
    assert.deepEqual(
      [1, 3].map((stale) => rows(stale).map(({ label, opens }) => [label, opens])),
      [[["1 file changed since gen 4", "changes"]], [["3 files changed since gen 4", "changes"]]],
    );
  });

  it("are none where none differs, and where nobody has looked", () => {
    assert.deepEqual([rows(0), rows()], [[], []]);
  });
});
