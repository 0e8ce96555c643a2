import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { listFiles, PackageManager } from "@vscode/vsce";
import { withStagedExtension } from "../../support/packageExtension.ts";
import { projectRoot } from "../../support/paths.ts";

const bundles = [
  "cli",
  "extension",
  "fleets",
  "language",
  "layers",
  "metrics",
  "monit",
  "pm2",
  "pm2Import",
  "preload",
  "recipe",
  "rehearsal",
  "server",
  "supervisor",
  "webSocketClient",
].map((name) => `dist/${name}.cjs`);

describe("what is shipped", () => {
  it("is, in the extension, the bundles, their texts and pictures, and nothing else", async function () {
    this.timeout(60_000);
    const { files, extensionBytes, pageBytes, apart } = await withStagedExtension(async (stage) => ({
      files: await listFiles({ cwd: stage, packageManager: PackageManager.None }),
      extensionBytes: statSync(join(stage, "dist", "extension.cjs")).size,
      apart: bundles.filter((file) => /["']\.\/impl\//.test(readFileSync(join(stage, file), "utf8"))),
      pageBytes: statSync(join(stage, "dist", "webview", "layers.js")).size,
    }));
    const known =
      /^(dist\/(\w+\.cjs|webview\/layers\.js|THIRD_PARTY_NOTICES\.txt)|docs\/rules\/[\w-]+\.md|docs\/images\/[\w-]+\.webp|l10n\/bundle\.l10n\.[\w-]+\.json|media\/.+\.(svg|png|css)|package(\.nls.*)?\.json|schemas\/hitless\.schema\.json|(README|CHANGELOG)\.md|LICENSE)$/;
    assert.deepEqual(
      files.filter((file) => !known.test(file)),
      [],
    );
    const wanted = [
      ...bundles,
      "dist/webview/layers.js",
      "package.json",
      "package.nls.json",
      "schemas/hitless.schema.json",
      "README.md",
      "CHANGELOG.md",
      "LICENSE",
      "dist/THIRD_PARTY_NOTICES.txt",
    ];
    assert.deepEqual(
      wanted.filter((file) => !files.includes(file)),
      [],
    );
    assert.deepEqual(apart, [], "files of jsonc-parser that are looked for beside the bundle");
    // With ssh and machines, which are in it and are run only where a workspace names some.
    assert.ok(extensionBytes < 585_000, `the extension's bundle has ${extensionBytes} bytes`);
    assert.ok(pageBytes < 168_000, `the script of the layers panel has ${pageBytes} bytes`);
  });

  it("needs no package at run time, since the bundles hold theirs", () => {
    const manifest: unknown = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
    assert.equal(Object.hasOwn(manifest as object, "dependencies"), false);
  });

  it("names no address of a registry in the lock file", () => {
    assert.doesNotMatch(readFileSync(join(projectRoot, "package-lock.json"), "utf8"), /"resolved"/);
  });

  // A registry that has not all of them makes npm leave them out; then "npm ci" fails everywhere else.
  it("locks the packages of every platform", () => {
    const { packages } = JSON.parse(readFileSync(join(projectRoot, "package-lock.json"), "utf8")) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const optional = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    assert.deepEqual(
      optional.filter((name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`))),
      [],
    );
  });
});
