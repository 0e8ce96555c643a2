import assert from "node:assert/strict";
import { existsSync, linkSync, readdirSync, writeFileSync } from "node:fs";
import { Server } from "node:net";
import { join } from "node:path";
import { awaitFile, awaitSocketFile } from "../../../../src/worker/connections/socketFile.ts";
import type { Guard } from "../../../../src/worker/guard.ts";
import { refusesSocketBeside } from "../../../../src/worker/internals/listeningHandles.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";

(process.platform === "win32" ? describe.skip : describe)("the wait for the file of a Unix socket", () => {
  afterEach(removeTempFolders);

  const never = (): boolean => assert.fail("nobody asks");

  it("ends when the file has its second name, and soon where it gets none", () => {
    const path = join(tempFolder({ app: "" }), "app");
    assert.equal(awaitFile(path, never), "there");
    linkSync(path, `${path}.second`);
    assert.equal(awaitFile(path, never), "there");
  });

  it("ends when the system refuses a socket there, and goes on when it does not", () => {
    const path = join(tempFolder(), "app");
    assert.equal(
      awaitFile(path, () => true),
      "refused",
    );
    let asked = 0;
    const comes = (): boolean => {
      asked += 1;
      // In that moment the supervisor gets to it.
      writeFileSync(path, "");
      return false;
    };
    assert.deepEqual([awaitFile(path, comes), asked], ["there", 1]);
  });

  it("leaves nothing of what it tries, and knows a path that is too long", () => {
    const folder = tempFolder();
    assert.equal(refusesSocketBeside(join(folder, "app")), false);
    assert.deepEqual(readdirSync(folder), []);
    assert.equal(refusesSocketBeside(join(folder, "a".repeat(120))), true);
    // Its own name would be too long there, so it can't know.
    const deep = join(folder, "a".repeat(Math.max(1, 100 - folder.length)));
    assert.equal(refusesSocketBeside(join(deep, "x")), false);
  });

  (process.platform === "linux" ? it : it.skip)(
    "knows a folder that takes no socket, though root may write there",
    () => {
      assert.equal(refusesSocketBeside("/proc/self/app"), true);
      assert.equal(existsSync("/proc/self/app"), false);
    },
  );

  it("does not begin for what has no file, or has it already", () => {
    const folder = tempFolder({ app: "" });
    const guard: Guard = (_, run) => run;
    const server = new Server();
    const places = [{ path: join(folder, "a\0b") }, { path: "\0abstract" }, { path: join(folder, "app") }, { port: 0 }];
    for (const options of [...places, { path: join(folder, "own"), exclusive: true }, undefined]) {
      awaitSocketFile(server, options, guard);
    }
    assert.equal(server.listenerCount("newListener"), 0);
    awaitSocketFile(server, { path: join(folder, "later") }, guard);
    assert.equal(server.listenerCount("newListener"), 1);
  });
});
