import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { type AppDefinition, defineApps, type FolderSetting } from "../../../src/extension/apps/appDefinition.ts";
import { chosenEntry, needsEntryChoice, rememberEntry } from "../../../src/extension/apps/entryChoice.ts";
import type { SessionMemory } from "../../../src/extension/apps/sessionHost.ts";
import { removeTempFolders, tempFolder } from "../client/tempFolder.ts";
import { english } from "./fixtures.ts";

function folder(files: Readonly<Record<string, string>>, apps: unknown = [], changes: Partial<FolderSetting> = {}) {
  const path = tempFolder(files);
  return { name: basename(path), path, apps, inherited: false, ...changes };
}

const define = (...folders: FolderSetting[]) => defineApps(folders, english);

function only(apps: readonly AppDefinition[]): AppDefinition {
  const [app] = apps;
  assert.ok(app !== undefined && apps.length === 1);
  return app;
}

function memory(): SessionMemory {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key),
    set: (key, value) => (value === undefined ? values.delete(key) : values.set(key, value)),
  };
}

describe("the apps of a workspace", () => {
  afterEach(removeTempFolders);

  it("are found without any setting", async () => {
    const at = folder({
      "package.json": '{"name":"@acme/shop","scripts":{"start":"node server.js"}}',
      "server.js": "",
    });
    const app = only(await define(at));
    assert.deepEqual([app.name, app.root, app.entries[0]?.entry], ["shop", at.path, "server.js"]);
    assert.deepEqual(await define(folder({ "readme.md": "" })), []);
  });

  it("are those of hitless.json, of which the settings win", async () => {
    const files = {
      "package.json": "{}",
      "server.js": "",
      "hitless.json": `{ "apps": { "api": { "entry": "server.js" }, "job": { "cwd": "jobs" }, "bad": { "workers": 0 } } }`,
    };
    const at = folder(files);
    const [api, job, bad, ...more] = await define(at);
    const file = join(at.path, "hitless.json");
    assert.deepEqual([api?.name, api?.config.entry, api?.projectFile], ["api", "server.js", file]);
    assert.deepEqual([job?.name, job?.base, more], ["job", join(at.path, "jobs"), []]);
    assert.match(bad?.problem ?? "", /hitless\.json:1: apps\.bad\.workers must be "max" or a whole number/);
    const [first, ...others] = await define(folder(files, [{ name: "api", entry: "other.js" }]));
    assert.deepEqual([first?.config.entry, first?.projectFile], ["other.js", undefined]);
    assert.match(first?.unused ?? "", /hitless\.json:1$/);
    assert.deepEqual(
      others.map(({ name }) => name),
      ["job", "bad"],
    );
    const broken = only(await define(folder({ ...files, "hitless.json": "{" })));
    assert.match(broken.problem ?? "", /can't be read as JSON/);
  });

  const server = { "package.json": "{}", "server.js": "" };
  const packages = (manifest: Readonly<Record<string, string>>) => {
    const starts = (name: string) => JSON.stringify({ name, scripts: { start: "node server.js" } });
    return folder({
      ...manifest,
      "apps/api/package.json": starts("@acme/api"),
      "apps/api/server.js": "",
      "apps/web/package.json": starts("@acme/web"),
      "apps/web/server.js": "",
      "packages/ui/package.json": '{"name":"@acme/ui","main":"index.js"}',
      "packages/ui/index.js": "",
      "node_modules/other/package.json": starts("other"),
      "node_modules/other/server.js": "",
    });
  };
  for (const [tool, manifest] of Object.entries({
    npm: { "package.json": '{"workspaces":["apps/*","packages/*"]}' },
    yarn: { "package.json": '{"workspaces":{"packages":["apps/**","packages/*"]}}' },
    pnpm: {
      "package.json": "{}",
      "pnpm-workspace.yaml": "packages:\n  - 'apps/*'\n  - \"packages/*\" # all\nother: 1\n",
    },
    Turborepo: {
      "package.json": '{"workspaces":["./apps/*/","packages/*"],"scripts":{"start":"turbo run start"}}',
      "turbo.json": "{}",
    },
    Nx: { "package.json": "{}", "nx.json": "{}" },
  })) {
    it(`are the packages of a monorepo (${tool}) that can be started, each by itself`, async () => {
      const at = packages(manifest);
      const apps = await define(at);
      assert.deepEqual(
        apps.map(({ name, base, entries }) => [name, base, entries[0]?.entry]),
        [
          ["api", join(at.path, "apps/api"), "server.js"],
          ["web", join(at.path, "apps/web"), "server.js"],
        ],
      );
    });
  }

  it("are in a monorepo also what its root starts itself, and nothing that is excluded or outside", async () => {
    const at = packages({
      "package.json":
        '{"name":"root","workspaces":["apps/*","!apps/web","../*"],"scripts":{"start":"node gateway.js"}}',
      "gateway.js": "",
    });
    assert.deepEqual(
      (await define(at)).map(({ name }) => name),
      ["root", "api"],
    );
    const lonely = folder({ ...server, "package.json": '{"name":"lonely","workspaces":["packages/*"]}' });
    assert.deepEqual(
      (await define(lonely)).map(({ name }) => name),
      ["lonely"],
      "no package can be started, so the root is what there is",
    );
  });

  it("are those of the setting, where there is one", async () => {
    const at = folder({ "api/server.js": "" }, [{ name: "api", cwd: "api", entry: "server.js", workers: 4 }]);
    const app = only(await define(at));
    assert.deepEqual([app.name, app.root, app.config.workers], ["api", join(at.path, "api"), 4]);
  });

  it("say which field of the setting is wrong", async () => {
    const [first, second] = await define(
      folder({ "a.js": "" }, [
        { entry: "a.js", workers: 0 },
        { entry: "a.js", wrokers: 2 },
      ]),
    );
    assert.match(first?.problem ?? "", /^hitless\.apps\[0\]\.workers: /);
    assert.match(second?.problem ?? "", /^hitless\.apps\[1\]\.wrokers: /);
    assert.match(only(await define(folder({}, { entry: "a.js" }))).problem ?? "", /^hitless\.apps: /);
  });

  it("keep their name when their settings become wrong, so that one that runs stays the same app", async () => {
    const at = folder({ "api/a.js": "" }, [{ name: "api", cwd: "api", workers: 0 }]);
    const app = only(await define(at));
    assert.deepEqual([app.name, app.root], ["api", join(at.path, "api")]);
    assert.match(app.problem ?? "", /^hitless\.apps\[0\]\.workers: /);
  });

  it("may not have one name twice in a folder", async () => {
    const apps = [
      { name: "a", entry: "a.js" },
      { name: "a", entry: "b.js" },
    ];
    const [, second] = await define(folder({}, apps));
    assert.match(second?.problem ?? "", /^hitless\.apps\[1\]\.name: “a”/);
  });

  it("of one name in several folders are called after their folders", async () => {
    const files = { "package.json": '{"name":"shop"}', "index.js": "" };
    const apps = await define(
      folder(files, [], { name: "one" }),
      folder(files, [], { name: "two" }),
      folder(files, [], { name: "two" }),
    );
    assert.deepEqual(
      apps.map(({ name }) => name),
      ["shop", "shop-two", "shop-two-2"],
    );
  });

  it("written for all folders are those of the folders that have the file", async () => {
    const apps = [{ name: "web", entry: "web.js" }];
    const found = await define(
      folder({ "web.js": "" }, apps, { inherited: true }),
      folder({}, apps, { inherited: true }),
    );
    assert.equal(only(found).name, "web");
    assert.equal(
      (await define(folder({}, apps, { inherited: true }))).length,
      1,
      "the only folder is meant in any case",
    );
  });
});

describe("the entry of an app", () => {
  afterEach(removeTempFolders);

  it("has to be chosen when several files may be meant, once", async () => {
    const app = only(await define(folder({ "server.js": "", "index.js": "" })));
    const kept = memory();
    assert.ok(needsEntryChoice(app, kept));
    rememberEntry(app, kept, "index.js");
    assert.equal(chosenEntry(app, kept), "index.js");
    assert.ok(!needsEntryChoice(app, kept));
  });

  it("is asked for again when the chosen file is gone", async () => {
    const app = only(await define(folder({ "server.js": "", "index.js": "" })));
    const kept = memory();
    rememberEntry(app, kept, "gone.js");
    assert.ok(needsEntryChoice(app, kept));
  });

  it("needs no choice when the start script or the setting names it", async () => {
    const script = folder({ "package.json": '{"scripts":{"start":"node a.js"}}', "a.js": "", "index.js": "" });
    assert.ok(!needsEntryChoice(only(await define(script)), memory()));
    const setting = folder({ "a.js": "", "index.js": "" }, [{ entry: "a.js" }]);
    assert.ok(!needsEntryChoice(only(await define(setting)), memory()));
  });
});
