import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { npmCommand } from "../../../scripts/support/prepare.mjs";
import { commandLineBundles } from "../../../src/client/machines/commandLineBundles.ts";
import { type PackageManifest, packageManifest } from "../../support/npmPackage/manifest.ts";
import { packTarball, runNpm, type Tarball, withStagedPackage } from "../../support/npmPackage/stagePackage.ts";
import { assertCode, type CliWorld, get, node, openCliWorld, readyPattern } from "./hitless.ts";

const server = `
const { readFileSync } = require("node:fs");
const release = readFileSync("release.txt", "utf8");
require("node:http").createServer((request, response) => response.end(release)).listen(0);
`;

describe("the npm package", function () {
  this.timeout(240_000);
  let world: CliWorld;
  let manifest: PackageManifest;
  let packed: Tarball;
  let tarball: string;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    world = openCliWorld();
    await withStagedPackage(async (stage, staged) => {
      manifest = staged;
      packed = await packTarball(stage, world.folder);
    });
    tarball = join(world.folder, packed.file);
    env = {
      ...withoutNpm(process.env),
      npm_config_cache: join(world.folder, "npm-cache"),
      npm_config_update_notifier: "false",
    };
  });

  after(() => world.end());

  it("holds the command line and what it starts, its licences, and no more than they need", () => {
    const others = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
    assert.deepEqual(
      [...packed.paths].sort(),
      [
        ...others,
        ...commandLineBundles.map((name) => `dist/${name}`),
        "dist/THIRD_PARTY_NOTICES.txt",
        "schemas/hitless.schema.json",
      ].sort(),
    );
    // With 52 kB that only `hitless mcp` loads: the protocol, and the pages on the rules.
    assert.ok(packed.bytes < 670_000, `the package has ${packed.bytes} bytes`);
    assert.ok(packed.unpackedBytes < 2_050_000, `unpacked it has ${packed.unpackedBytes} bytes`);
    const { bin, exports, engines, publishConfig } = manifest;
    assert.deepEqual(
      { bin, exports, engines, publishConfig },
      {
        bin: { hitless: "dist/cli.cjs" },
        exports: {},
        engines: { node: ">=20.0.0" },
        publishConfig: { access: "public", provenance: true },
      },
    );
    const kinds = ["dependencies", "optionalDependencies", "peerDependencies", "scripts", "types", "main", "private"];
    assert.deepEqual(
      kinds.filter((field) => Object.hasOwn(manifest, field)),
      [],
    );
  });

  it("names the repository that it is given", () => {
    const project = { version: "1.0.0", license: "MIT", description: "", keywords: [], engines: { node: ">=20" } };
    const repository = { type: "git", url: "git+https://example.org/hitless.git" };
    assert.deepEqual(packageManifest(project, repository).repository, repository);
    assert.equal(Object.hasOwn(packageManifest(project, undefined), "repository"), false);
  });

  it("runs by npx in a fresh app, in a folder with a space, where there is no registry", async () => {
    const app = join(world.folder, "my app");
    world.write({
      "my app/package.json": JSON.stringify({ name: "fresh", scripts: { start: "node server.js" } }),
      "my app/server.js": server,
      "my app/release.txt": "1",
    });
    await runNpm(["install", "--offline", "--no-audit", "--no-fund", tarball], {
      cwd: app,
      env: { ...process.env, ...env },
    });
    const command = [node, npxFile(), "--no-install", "hitless"] as const;
    const options = { cwd: app, env, command };

    const version = await world.run(["--version"], options);
    assertCode(version, 0);
    assert.equal(version.stdout, `${manifest.version}\n`);
    const started = world.start(["start", "--workers", "1"], options);
    const [, , , , url = ""] = await started.until("stderr", readyPattern);
    assert.equal(await get(url), "1");
    world.write({ "my app/release.txt": "2" });
    assertCode(await world.run(["reload", "fresh"], options), 0);
    assert.equal(await get(url), "2");
    assertCode(await world.run(["stop", "fresh"], options), 0);
    assertCode(await started.ended, 0);
  });

  it("is a program of its own when it is installed globally", async () => {
    const prefix = join(world.folder, "all users");
    mkdirSync(prefix);
    await runNpm(["install", "--global", `--prefix=${prefix}`, "--offline", "--no-audit", "--no-fund", tarball], {
      cwd: world.folder,
      env: { ...process.env, ...env },
    });
    const isWindows = process.platform === "win32";
    const installed = join(prefix, ...(isWindows ? [] : ["lib"]), "node_modules", "hitless");
    assert.equal(JSON.parse(readFileSync(join(installed, "package.json"), "utf8")).version, manifest.version);
    if (isWindows) {
      // Node.js starts no .cmd without a shell, so what it points to is run.
      assert.ok(["hitless", "hitless.cmd", "hitless.ps1"].every((name) => existsSync(join(prefix, name))));
      const own = await world.run(["--version"], { env, command: [node, join(installed, "dist", "cli.cjs")] });
      assert.equal(own.stdout, `${manifest.version}\n`);
      return;
    }
    const own = await world.run(["--version"], { env, command: [join(prefix, "bin", "hitless")] });
    assertCode(own, 0);
    assert.equal(own.stdout, `${manifest.version}\n`);
  });
});

/** Variables that take out what npm has told its scripts, which would be taken for settings of another npm. */
function withoutNpm(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = Object.keys(environment).filter((name) => /^(?:npm_|INIT_CWD$)/i.test(name));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

function npxFile(): string {
  const [npm = ""] = npmCommand(node).args;
  assert.notEqual(npm, "", "npm was not found");
  return join(dirname(npm), "npx-cli.js");
}
