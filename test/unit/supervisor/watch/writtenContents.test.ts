import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WrittenContents } from "../../../../src/supervisor/watch/writtenContents.ts";

describe("what files held when they were last written", () => {
  const folder = mkdtempSync(join(tmpdir(), "hitless-written-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("is news when it is something else, or nothing any more", async () => {
    const contents = new WrittenContents();
    const file = join(folder, "chunk.js");
    const asked: boolean[] = [];
    for (const text of ["1", "1", "2", undefined, undefined, "2"]) {
      if (text === undefined) {
        rmSync(file, { force: true });
      } else {
        writeFileSync(file, text);
      }
      asked.push(await contents.differs(file));
    }
    assert.deepEqual(asked, [true, false, true, true, false, true]);
  });

  it("is kept of a bounded number, though each build names its files anew", async () => {
    const contents = new WrittenContents();
    const lasting = join(folder, "lasting.js");
    writeFileSync(lasting, "");
    for (let build = 1; build <= 110; build += 1) {
      await contents.differs(lasting);
      await Promise.all(
        Array.from({ length: 100 }, (_, chunk) => contents.differs(join(folder, `${build}-${chunk}.js`))),
      );
    }
    assert.equal(contents.size, 10_000);
    assert.equal(await contents.differs(lasting), false);
  });
});
