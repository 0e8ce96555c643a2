import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { readTextFile } from "../../../src/client/readTextFile.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

const onPosix = process.platform === "win32" ? it.skip : it;

describe("readTextFile", () => {
  afterEach(removeTempFolders);

  it("reads a file, also an empty one, and finds none where there is none", async () => {
    const folder = tempFolder({ "a.txt": "früh 网 🙂", "empty.txt": "" });
    assert.equal(await readTextFile(join(folder, "a.txt")), "früh 网 🙂");
    assert.equal(await readTextFile(join(folder, "empty.txt")), "");
    assert.equal(await readTextFile(join(folder, "none.txt")), undefined);
    assert.equal(await readTextFile(join(folder, "a.txt", "below.txt")), undefined);
  });

  it("refuses a folder and a file that is too large", async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "folder"));
    writeFileSync(join(folder, "large"), "");
    truncateSync(join(folder, "large"), 17 * 1_048_576);
    await assert.rejects(readTextFile(join(folder, "folder")), { name: "UnreadableFile", message: "is a folder" });
    await assert.rejects(readTextFile(join(folder, "large")), { message: "is larger than 16 MiB" });
  });

  onPosix("reads what a shell has opened, as for `<(program)`", () => {
    const module = JSON.stringify(new URL("../../../src/client/readTextFile.ts", import.meta.url).href);
    const script = `const { readTextFile } = await import(${module}); process.stdout.write(await readTextFile("/dev/fd/0"));`;
    // A pipe of the system; those that Node.js makes for its children are sockets, which can't be opened by a name.
    const shell = 'head -c 400000 /dev/zero | tr "\\0" x | "$0" --input-type=module -e "$1"';
    const read = execFileSync("sh", ["-c", shell, process.execPath, script]);
    assert.equal(read.toString(), "x".repeat(400_000));
  });

  onPosix("refuses pipes, devices, sockets and links that lead nowhere", async () => {
    const folder = tempFolder();
    const irregular = { name: "UnreadableFile", message: "is no regular file" };
    execFileSync("mkfifo", [join(folder, "pipe")]);
    await assert.rejects(readTextFile(join(folder, "pipe")), irregular);
    await assert.rejects(readTextFile("/dev/zero"), irregular);
    symlinkSync("loop", join(folder, "loop"));
    await assert.rejects(readTextFile(join(folder, "loop")), { message: "is a link that leads back to itself" });
    const server = createServer().listen(join(folder, "s"));
    try {
      await new Promise((resolve) => server.once("listening", resolve));
      await assert.rejects(readTextFile(join(folder, "s")), irregular);
    } finally {
      server.close();
    }
  });
});
