import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { releaseState } from "../../../../src/shared/layers/nodeReleases.ts";
import { packageOf } from "../../../../src/shared/layers/packageOf.ts";
import { describeAddon, interfaceOf } from "../../../../src/supervisor/layers/files/addonFiles.ts";
import { describeCode } from "../../../../src/supervisor/layers/files/codeFiles.ts";
import { describeMachine, openFiles } from "../../../../src/supervisor/layers/machine.ts";
import { addonsInUse } from "../../../../src/supervisor/layers/sample/addonsInUse.ts";
import { removeTempFolders, tempFolder } from "../../client/tempFolder.ts";

describe("the files of the layers", () => {
  afterEach(removeTempFolders);

  it("belong to the package of the innermost node_modules", () => {
    assert.equal(packageOf("/srv/app/server.js"), undefined);
    assert.equal(packageOf("/srv/node_modules/.bin/tool"), undefined);
    assert.equal(packageOf("/srv/node_modules"), undefined);
    const nested = packageOf("/srv/node_modules/@a/b/node_modules/c/lib/x.js");
    assert.deepEqual(nested, { name: "c", folder: "/srv/node_modules/@a/b/node_modules/c" });
    assert.deepEqual(packageOf("C:\\app\\node_modules\\@a\\b\\x.js"), {
      name: "@a/b",
      folder: "C:\\app\\node_modules\\@a\\b",
    });
    assert.equal(packageOf("/p/node_modules/.pnpm/d@1.0.0_e@2.0.0/node_modules/d/i.js")?.name, "d");
  });

  it("are told with their sizes, twice where a package is there twice, and without where they are gone", async () => {
    const folder = tempFolder({
      "server.js": "12345",
      "node_modules/a/package.json": '{ "version": "1.0.0" }',
      "node_modules/a/index.js": "123",
      "node_modules/b/node_modules/a/package.json": "no JSON",
      "node_modules/b/node_modules/a/index.js": "1234",
    });
    const files = ["server.js", "gone.js", "node_modules/a/index.js", "node_modules/b/node_modules/a/index.js"];
    const { modules, packages, own, cjs } = await describeCode(
      files.map((file) => ({ file: join(folder, file), kind: "cjs" as const })),
    );
    assert.deepEqual(
      modules.map(({ bytes, package: owner }) => [bytes, owner]),
      [
        [5, undefined],
        [undefined, undefined],
        [3, "a"],
        [4, "a"],
      ],
    );
    assert.deepEqual(packages, [
      { name: "a", version: "1.0.0", folder: join(folder, "node_modules/a"), modules: 1, bytes: 3 },
      { name: "a", folder: join(folder, "node_modules/b/node_modules/a"), modules: 1, bytes: 4 },
    ]);
    assert.deepEqual([own, cjs], [{ modules: 2, bytes: 5 }, 4]);
  });

  it("tell of addons which interface they have, wherever its name stands", async () => {
    const folder = tempFolder();
    const addon = (name: string, before: number, text: string): string => {
      const file = join(folder, name);
      writeFileSync(file, Buffer.concat([Buffer.alloc(before, 0xee), Buffer.from(`\0${text}\0`), Buffer.alloc(10)]));
      return file;
    };
    const napi = { interface: "napi", rebuild: false };
    assert.deepEqual(await interfaceOf(addon("a.node", 100, "napi_register_module_v1")), napi);
    // Across the border of two slices of the file.
    for (const before of [1_048_576 - 30, 1_048_576 - 10, 1_048_576, 3 * 1_048_576 - 5]) {
      assert.deepEqual(await interfaceOf(addon("b.node", before, "napi_register_module_v1")), napi, String(before));
    }
    assert.deepEqual(await interfaceOf(addon("c.node", 5, "node_register_module_v137")), {
      interface: "abi",
      level: 137,
      rebuild: true,
    });
    assert.deepEqual(await interfaceOf(addon("d.node", 5, "node_module_register")), {
      interface: "abi",
      rebuild: true,
    });
    assert.deepEqual(await interfaceOf(addon("e.node", 5, "nothing")), { interface: "unknown" });
    assert.deepEqual(await interfaceOf(join(folder, "gone.node")), { interface: "unknown" });
    assert.deepEqual(await interfaceOf(folder), { interface: "unknown" });
  });

  it("tell of addons for Node-API which level they were built for, where their packaging says so", async () => {
    const folder = tempFolder({
      "node_modules/sqlite3/package.json": '{ "version": "5.1.7", "binary": { "napi_versions": [3, 6, 99, "7"] } }',
      "node_modules/plain/package.json": '{ "version": "1.0.0", "binary": "none" }',
    });
    const levelOf = async (name: string, text = "napi_register_module_v1") => {
      const file = join(folder, "node_modules", name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      const { package: owner, level } = await describeAddon(file, 10);
      return [owner, level];
    };
    assert.deepEqual(await levelOf("sqlite3/build/Release/a.node"), ["sqlite3", 6]);
    assert.deepEqual(await levelOf("sqlite3/lib/binding/napi-v3-linux-glibc-x64/a.node"), ["sqlite3", 3]);
    assert.deepEqual(await levelOf("sqlite3/lib/binding/napi-v12/a.node"), ["sqlite3", 12]);
    assert.deepEqual(await levelOf("plain/napi-v8/build/a.node"), ["plain", undefined]);
    assert.deepEqual(await levelOf("plain/prebuilds/linux-x64/node.napi.node"), ["plain", undefined]);
    assert.deepEqual(await levelOf("sqlite3/build/b.node", "node_register_module_v137"), ["sqlite3", 137]);
    assert.deepEqual(await levelOf("sqlite3/build/c.node", "nothing"), ["sqlite3", undefined]);
  });

  it("tell of this machine", async () => {
    const { cpus, memoryTotal, memoryLimit = 1, cpuLimit = 1, fileLimit = 1 } = await describeMachine(process.pid);
    assert.ok([cpus, memoryTotal, memoryLimit, cpuLimit, fileLimit].every((number) => number > 0));
    const files = await openFiles(process.pid);
    assert.equal(files === undefined, process.platform !== "linux");
  });
});

describe("the release lines of Node.js", () => {
  const state = (version: string, day: string) => releaseState(version, Date.parse(`${day}T12:00:00Z`));

  it("pass through their states by date", () => {
    const days = ["2025-05-05", "2025-05-06", "2025-10-27", "2025-10-28", "2026-10-20", "2028-04-29", "2028-04-30"];
    assert.deepEqual(
      days.map((day) => state("v24.1.0", day)?.status),
      [undefined, "Current", "Current", "Active LTS", "Maintenance LTS", "Maintenance LTS", "End of life"],
    );
    assert.deepEqual(state("v24.1.0", "2026-01-01"), {
      status: "Active LTS",
      codename: "Krypton",
      endOfLife: "2028-04-30",
    });
  });

  it("never become LTS when they are odd", () => {
    assert.deepEqual(
      ["2026-03-31", "2026-04-01", "2026-06-01"].map((day) => state("v25.0.0", day)?.status),
      ["Current", "Maintenance", "End of life"],
    );
  });

  it("are not guessed", () => {
    assert.equal(state("v99.0.0", "2026-01-01"), undefined);
    assert.equal(state("nonsense", "2026-01-01"), undefined);
  });
});

describe("the addon of a native function", () => {
  afterEach(removeTempFolders);

  it("is that of the package by whose means its caller calls it, though another has the name in it", async () => {
    const folder = tempFolder({
      "node_modules/large/large.node": "update\0cut\0",
      "node_modules/hash/hash.node": "update",
    });
    const files = ["large", "hash"].map((name) => join(folder, "node_modules", name, `${name}.node`));
    const frames = [
      { name: "digest", url: pathToFileURL(join(folder, "app.js")).href, line: 3, column: 1 },
      { name: "return", url: "", line: 0, column: 0 },
    ];
    const nodes = [
      { frame: 0, parent: -1, selfUs: 0 },
      { frame: 1, parent: 0, selfUs: 1_000 },
    ];
    const addonBy = async (imported: readonly string[]) => {
      const hints = { namesCalledIn: () => new Set(["update"]), importedFrom: () => new Set(imported) };
      const { addonOf } = await addonsInUse(files, { frames, nodes }, hints, new Set());
      return addonOf("return", frames[0]);
    };
    assert.equal(await addonBy(["hash"]), "hash");
    assert.equal(await addonBy(["large"]), "large");
    assert.equal(await addonBy([]), "large");
  });
});
