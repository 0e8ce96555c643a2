import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, utimesSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { tidyLogs } from "../../../src/client/launch/tidyLogs.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

const onPosix = process.platform === "win32" ? it.skip : it;

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

  onPosix("removes what those have left that were killed, and nothing that somebody listens at", async () => {
    const folder = tempFolder({
      "0123456789abcdef.0123456789ab.lock": "1",
      "0123456789abcdef.0123456789ac.lock.tmp": "",
      "0000000001.json.77.tmp": "{",
      "0000000002.json": "{}",
      "0000000002.sock": "",
      "notes.tmp": "",
    });
    const listen = (file: string) => once(createServer().listen(join(folder, file)).unref(), "listening");
    await listen("0000000003.sock");
    const script =
      'require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
    spawnSync(process.execPath, ["-e", script, join(folder, "0000000004.sock")]);
    assert.ok(readdirSync(folder).includes("0000000004.sock"));
    await tidyLogs(folder, Date.now());
    assert.equal(readdirSync(folder).length, 8, "what is young may be in use");
    await tidyLogs(folder, Date.now() + 120_000);
    const left = ["0000000002.json", "0000000002.sock", "0000000003.sock", "notes.tmp"];
    assert.deepEqual(readdirSync(folder).sort(), left);
  });
});
