import assert from "node:assert/strict";
import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { tidyLogs } from "../../../src/client/launch/tidyLogs.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

describe("tidyLogs", () => {
  afterEach(removeTempFolders);

  it("removes empty logs of supervisors that are gone, and old ones", async () => {
    const now = 1_000_000_000_000;
    const day = 24 * 3_600_000;
    const folder = tempFolder();
    const files: [name: string, text: string, age: number][] = [
      ["0000000001.log", "", 1_000],
      ["0000000002.log", "", day],
      ["0000000003.log", "it crashed", day],
      ["0000000004.log", "it crashed", 8 * day],
      ["0000000005.log", "", 8 * day],
      ["0000000005.json", "{}", 8 * day],
      ["notes.log", "", 8 * day],
    ];
    const made = tempFolder(Object.fromEntries(files.map(([name, text]) => [name, text])));
    for (const [name, , age] of files) {
      const seconds = (now - age) / 1_000;
      utimesSync(join(made, name), seconds, seconds);
    }
    await tidyLogs(made, now);
    const left = readdirSync(made).sort();
    assert.deepEqual(left, ["0000000001.log", "0000000003.log", "0000000005.json", "0000000005.log", "notes.log"]);
    await tidyLogs(join(folder, "gone"), now);
  });
});
