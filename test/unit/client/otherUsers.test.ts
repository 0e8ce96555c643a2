import assert from "node:assert/strict";
import { chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { otherUsersText } from "../../../src/cli/show/otherUsersText.ts";
import { otherUsers } from "../../../src/client/launch/otherUsers.ts";
import { userNameOf } from "../../../src/client/launch/userName.ts";
import { protocolVersion } from "../../../src/shared/protocol.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

/** Users that no machine has. */
const [one, other] = [61_234, 61_235];

// Only root may give folders away.
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot("otherUsers", () => {
  const { TMPDIR, HITLESS_RUNTIME_DIR } = process.env;

  afterEach(() => {
    for (const [name, value] of Object.entries({ TMPDIR, HITLESS_RUNTIME_DIR })) {
      delete process.env[name];
      if (value !== undefined) {
        process.env[name] = value;
      }
    }
    removeTempFolders();
  });

  it("tells what others run, and takes nobody's word for somebody else", () => {
    const folder = tempFolder();
    process.env.TMPDIR = folder;
    delete process.env.HITLESS_RUNTIME_DIR;
    const runtime = (uid: number, owner: number, apps: Readonly<Record<string, number>>) => {
      mkdirSync(join(folder, `hitless-${uid}`));
      for (const [name, pid] of Object.entries(apps)) {
        const endpoint = {
          protocolVersion,
          name,
          pid,
          root: "/",
          socket: "/",
          secret: "0".repeat(64),
          startedAt: 1,
          version: "1",
        };
        writeFileSync(join(folder, `hitless-${uid}`, `${name}.json`), JSON.stringify(endpoint));
      }
      chownSync(join(folder, `hitless-${uid}`), owner, owner);
    };
    runtime(one, one, { api: process.pid, gone: 2 ** 30 });
    runtime(other, one, { planted: process.pid });
    runtime(61_236, 61_236, {});
    symlinkSync(join(folder, `hitless-${one}`), join(folder, "hitless-61237"));
    lchownSync(join(folder, "hitless-61237"), 61_237, 61_237);
    const found = otherUsers().filter(({ user }) => user.startsWith("#612"));
    assert.deepEqual(found, [{ user: `#${one}`, apps: ["api"] }]);
    process.env.HITLESS_RUNTIME_DIR = folder;
    assert.deepEqual(otherUsers(), []);
  });
});

describe("otherUsersText", () => {
  it("says what to run, with or without the right to see more", () => {
    assert.deepEqual(otherUsersText([{ user: "app", apps: ["api", "a\u001bb"] }, { user: "root" }]), [
      "user app runs api, a\ufffdb; run: sudo -u app hitless list",
      "user root may run apps too; run: sudo -u root hitless list",
    ]);
  });

  it("has the names of the system's users", () => {
    assert.equal(userNameOf(61_234), "#61234");
    if (process.platform === "linux") {
      assert.equal(userNameOf(0), "root");
    }
  });
});
