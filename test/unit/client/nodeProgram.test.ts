import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { installedNodes } from "../../../src/client/node/installedNodes.ts";
import { listNodePrograms, resolveNode, resolveNodeToStart } from "../../../src/client/node/nodeProgram.ts";
import { matchesWish } from "../../../src/client/node/nodeVersionFile.ts";
import { otherNode } from "../../../src/client/node/wantedNode.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

/** A program that answers `--version` and, like a version manager's shim, knows what it stands for. */
function fakeNode(file: string, version: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\nif [ "$1" = --version ]; then echo ${version}; else echo ${file}; fi\n`);
  chmodSync(file, 0o755);
  return file;
}

// The stand-ins are shell scripts.
const onPosix = process.platform === "win32" ? describe.skip : describe;

onPosix("resolveNode", () => {
  const names = ["PATH", "NVM_DIR", "HOME", "FNM_DIR", "N_PREFIX", "VOLTA_HOME", "ASDF_DATA_DIR", "NODENV_ROOT"];
  let before: (string | undefined)[] = [];

  beforeEach(() => {
    before = names.map((name) => process.env[name]);
    const home = tempFolder();
    for (const name of names) {
      delete process.env[name];
    }
    process.env.HOME = home;
    process.env.N_PREFIX = home;
    process.env.PATH = "/usr/bin:/bin";
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

  function onPath(version: string): string {
    const file = fakeNode(join(tempFolder(), "node"), version);
    process.env.PATH = [dirname(file), "/usr/bin", "/bin"].join(delimiter);
    return file;
  }

  function inNvm(...versions: string[]): string {
    const folder = tempFolder();
    process.env.NVM_DIR = folder;
    for (const version of versions) {
      fakeNode(join(folder, "versions", "node", version, "bin", "node"), version);
    }
    return folder;
  }

  it("says which other Node.js is named than the one that runs, and nothing where none is or it is not there", async () => {
    const named = join(inNvm("v22.1.0"), "versions", "node", "v22.1.0", "bin", "node");
    const set = onPath("v24.1.0");
    const cwd = tempFolder();
    const look = async (running: string, explicit?: string) => {
      const found = await otherNode({ explicit, cwd, running });
      return found && [found.path, found.version, found.source];
    };

    assert.equal(await look("v20.1.0"), undefined, "the PATH alone names nothing");
    assert.deepEqual(await look("v20.1.0", set), [set, "v24.1.0", "explicit"]);
    assert.equal(await look("v24.1.0", set), undefined);
    writeFileSync(join(cwd, ".nvmrc"), "22\n");
    assert.deepEqual(await look("v20.1.0"), [named, "v22.1.0", ".nvmrc"]);
    assert.equal(await look("v22.9.0"), undefined, "22 is what runs");
    assert.deepEqual(await look("v22.9.0", set), [set, "v24.1.0", "explicit"], "the setting wins");
    writeFileSync(join(cwd, ".nvmrc"), "26\n");
    assert.equal(await look("v20.1.0"), undefined, "not installed");
  });

  it("takes the PATH's when nothing else is said", async () => {
    const path = onPath("v22.1.0");
    assert.deepEqual(await resolveNode({ cwd: tempFolder() }), { path, version: "v22.1.0", source: "PATH" });
  });

  it("takes the one named: a path, a relative path, a name on the PATH", async () => {
    const path = onPath("v22.1.0");
    for (const explicit of [path, "./node", "node"]) {
      const program = await resolveNode({ explicit, cwd: dirname(path) });
      assert.deepEqual(program, { path, version: "v22.1.0", source: "explicit" }, explicit);
    }
  });

  it("runs this very Node.js", async () => {
    const program = await resolveNode({ explicit: process.execPath, cwd: tempFolder() });
    assert.deepEqual(program, { path: process.execPath, version: process.version, source: "explicit" });
  });

  it("looks behind a shim", async () => {
    const folder = tempFolder();
    symlinkSync(process.execPath, join(folder, "other-name"));
    const program = await resolveNode({ explicit: join(folder, "other-name"), cwd: folder });
    assert.equal(program.version, process.version);
  });

  it("takes what .nvmrc asks for, from a folder above too, before .node-version", async () => {
    onPath("v24.1.0");
    const nvm = inNvm("v20.9.0", "v20.11.1", "v22.1.0");
    const folder = tempFolder({ ".nvmrc": "v20 # line\n", ".node-version": "22.1.0", "a/b/server.js": "" });
    assert.deepEqual(await resolveNode({ cwd: join(folder, "a", "b") }), {
      path: join(nvm, "versions", "node", "v20.11.1", "bin", "node"),
      version: "v20.11.1",
      source: ".nvmrc",
    });
  });

  it("prefers the PATH's when it is what the file asks for", async () => {
    const path = onPath("v20.9.0");
    inNvm("v20.11.1");
    const cwd = tempFolder({ ".node-version": "20" });
    assert.deepEqual(await resolveNode({ cwd }), { path, version: "v20.9.0", source: ".node-version" });
  });

  it("says which version is asked for and not there", async () => {
    onPath("v24.1.0");
    inNvm("v22.1.0");
    await assert.rejects(resolveNode({ cwd: tempFolder({ ".nvmrc": "20.11" }) }), {
      code: "nodeUnusable",
      remedy: "pickNode",
      message: /\.nvmrc asks for Node\.js 20\.11, which is not installed; the PATH has v24\.1\.0/,
    });
  });

  it("offers, for a start, the PATH's or the newest in place of one that can't be used", async () => {
    const installed = join(inNvm("v18.20.0", "v22.1.0", "v24.1.0"), "versions", "node");
    const cwd = tempFolder({ ".nvmrc": "18" });
    process.env.PATH = cwd;
    const offered = (version: string, path: string) => ({
      code: "nodeTooOld",
      remedy: "pickNode",
      node: { version, path },
      message: new RegExp(`is v18\\.20\\.0\\. Hitless needs .* Node\\.js ${version} is here: --node ${path} runs`),
    });
    const newest = join(installed, "v24.1.0", "bin", "node");
    await assert.rejects(resolveNodeToStart({ cwd }), offered("v24.1.0", newest));
    const path = onPath("v22.9.0");
    await assert.rejects(resolveNodeToStart({ cwd }), offered("v22.9.0", path));
    writeFileSync(join(cwd, ".nvmrc"), "16\n");
    await assert.rejects(resolveNodeToStart({ cwd }), { code: "nodeUnusable", message: /not installed.* --node / });
    const named = join(installed, "v18.20.0", "bin", "node");
    await assert.rejects(resolveNodeToStart({ cwd, explicit: named }), { code: "nodeTooOld", node: undefined });
  });

  it("refuses one that is too old", async () => {
    const explicit = onPath("v18.20.0");
    await assert.rejects(resolveNode({ explicit, cwd: "/" }), {
      code: "nodeTooOld",
      message: /v18\.20\.0\. Hitless needs/,
    });
  });

  it("says what is wrong with a program that can't be used", async () => {
    const folder = tempFolder({
      text: "hello",
      "other.sh": "#!/bin/sh\necho Python 3\n",
      "fails.sh": "#!/bin/sh\nexit 3\n",
    });
    for (const file of ["other.sh", "fails.sh"]) {
      chmodSync(join(folder, file), 0o755);
    }
    const cases: [string, RegExp][] = [
      ["gone", /does not exist/],
      ["text", /may not be executed/],
      ["other.sh", /is not Node\.js: its --version says "Python 3"/],
      ["fails.sh", /exit code 3/],
    ];
    for (const [file, message] of cases) {
      await assert.rejects(
        resolveNode({ explicit: `./${file}`, cwd: folder }),
        { code: "nodeUnusable", message },
        file,
      );
    }
  });

  it("does not blame the program for a folder that is not there", async () => {
    const path = onPath("v22.1.0");
    assert.equal((await resolveNode({ cwd: join(tempFolder(), "gone") })).path, path);
  });

  it("says that the PATH has none", async () => {
    process.env.PATH = tempFolder();
    await assert.rejects(resolveNode({ cwd: tempFolder() }), {
      code: "nodeUnusable",
      message: /no Node\.js on the PATH/,
    });
  });

  it("lists every one that can be used, newest first, each once", async () => {
    const path = onPath("v22.1.0");
    inNvm("v24.1.0", "v18.1.0", "v20.1.0");
    const folder = join(process.env.HOME ?? "", ".volta", "tools", "image", "node", "22.9.0", "bin");
    mkdirSync(folder, { recursive: true });
    symlinkSync(path, join(folder, "node"));
    process.env.PATH = [dirname(path), dirname(path), tempFolder()].join(delimiter);
    const listed = await listNodePrograms(tempFolder());
    assert.deepEqual(
      listed.map(({ version, source }) => [version, source]),
      [
        ["v24.1.0", "explicit"],
        ["v22.1.0", "PATH"],
        ["v20.1.0", "explicit"],
      ],
    );
  });

  it("knows where the version managers install", async () => {
    const home = tempFolder();
    const env = { HOME: home, FNM_DIR: join(home, "fnm"), ASDF_DATA_DIR: join(home, "asdf"), N_PREFIX: home };
    fakeNode(join(home, "fnm", "node-versions", "v24.2.0", "installation", "bin", "node"), "v24.2.0");
    fakeNode(join(home, "asdf", "installs", "nodejs", "20.1.0", "bin", "node"), "v20.1.0");
    fakeNode(join(home, "n", "versions", "node", "22.3.0", "bin", "node"), "v22.3.0");
    mkdirSync(join(home, "n", "versions", "node", "23.0.0"));
    const versions = (await installedNodes(env)).map(({ version }) => version);
    assert.deepEqual(versions, ["24.2.0", "22.3.0", "20.1.0"]);
  });
});

describe("matchesWish", () => {
  it("understands what version files hold", () => {
    const fitting = [
      "20",
      "v20",
      "20.11",
      "20.11.1",
      "v20.11.1",
      "20.x",
      "20.11.x",
      "lts/*",
      "lts/iron",
      "lts/Iron",
      "node",
      "node-20",
    ];
    for (const wish of fitting) {
      assert.equal(matchesWish("20.11.1", wish), true, wish);
    }
    for (const wish of ["2", "21", "20.1", "20.11.10", "lts/jod", "lts/nothing", "iojs", ">=20"]) {
      assert.equal(matchesWish("20.11.1", wish), false, wish);
    }
    assert.equal(matchesWish("21.0.0", "lts/*"), false);
  });
});
