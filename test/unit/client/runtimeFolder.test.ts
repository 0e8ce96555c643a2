import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtimeFolder } from "../../../src/client/launch/runtimeFolder.ts";
import { runtimeFolders } from "../../../src/client/launch/runtimeFolders.ts";
import { socketPath } from "../../../src/client/launch/socketPath.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

describe("runtimeFolder", () => {
  const names = ["HITLESS_RUNTIME_DIR", "XDG_RUNTIME_DIR"] as const;
  let before: (string | undefined)[] = [];

  beforeEach(() => {
    before = names.map((name) => process.env[name]);
    for (const name of names) {
      delete process.env[name];
    }
  });

  afterEach(() => {
    for (const [index, name] of names.entries()) {
      const value = before[index];
      if (value === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = value;
      }
    }
    removeTempFolders();
  });

  it("makes the folder that HITLESS_RUNTIME_DIR names, for the user alone", () => {
    const folder = join(tempFolder(), "deep", "run");
    process.env.HITLESS_RUNTIME_DIR = folder;
    assert.equal(runtimeFolder(), folder);
    if (process.platform !== "win32") {
      assert.equal(statSync(folder).mode & 0o777, 0o700);
    }
    assert.equal(runtimeFolder(), folder);
  });

  it("refuses a relative path", () => {
    process.env.HITLESS_RUNTIME_DIR = "run";
    assert.throws(runtimeFolder, { code: "runtimeFolder", message: /absolute/ });
  });

  it("refuses a file", () => {
    process.env.HITLESS_RUNTIME_DIR = join(tempFolder({ file: "" }), "file");
    assert.throws(runtimeFolder, { code: "runtimeFolder" });
  });

  if (process.platform !== "win32") {
    it("refuses a folder that others may read, and says what to run", () => {
      const folder = tempFolder();
      chmodSync(folder, 0o755);
      process.env.HITLESS_RUNTIME_DIR = folder;
      assert.throws(runtimeFolder, { code: "runtimeFolder", message: /chmod 700/ });
    });

    it("uses the session's folder", () => {
      const session = tempFolder();
      process.env.XDG_RUNTIME_DIR = session;
      assert.equal(runtimeFolder(), join(session, "hitless"));
    });

    it("passes over a session folder that is not there", () => {
      process.env.XDG_RUNTIME_DIR = join(tempFolder(), "gone");
      assert.match(runtimeFolder(), /hitless-\d+$/);
    });

    it("refuses a path too long for a socket, naming both lengths", () => {
      assert.throws(() => socketPath(`/${"x".repeat(120)}`, "abc"), { code: "runtimeFolder", message: /130 bytes/ });
    });
  }

  it("is one of several in which a session of ssh looks for what a service or a login has started", function () {
    if (process.platform === "win32") {
      this.skip();
    }
    const session = join(tempFolder(), "session");
    mkdirSync(session, { mode: 0o700 });
    process.env.XDG_RUNTIME_DIR = session;
    const [own, ...others] = runtimeFolders();
    assert.equal(own, join(session, "hitless"));
    assert.equal(new Set([own, ...others]).size, others.length + 1);
    const withoutSession = join(tmpdir(), `hitless-${process.getuid?.()}`);
    assert.equal(others.includes(withoutSession), existsSync(withoutSession));
    const given = join(tempFolder(), "given");
    process.env.HITLESS_RUNTIME_DIR = given;
    assert.deepEqual(runtimeFolders(), [given]);
  });
});
