import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configuredApps } from "../../../src/cli/run/configuredApps.ts";
import { chooseEndpoint } from "../../../src/cli/run/findApp.ts";
import { fitsGlob, isGlob } from "../../../src/client/globs.ts";
import { parseJsonc } from "../../../src/client/settings/jsonc.ts";
import type { Endpoint } from "../../../src/shared/launch.ts";
import { nearest } from "../../../src/shared/text/suggestion.ts";
import { removeTempFolders, tempFolder } from "../client/tempFolder.ts";

function endpoint(name: string, pid: number, root = "/srv"): Endpoint {
  return { protocolVersion: 1, pid, socket: "", name, root, secret: "", startedAt: pid };
}

describe("chooseEndpoint", () => {
  const endpoints = [endpoint("api", 10), endpoint("web", 20, "/a"), endpoint("web", 30, "/b"), endpoint("10", 40)];

  it("finds an app by its name, or by the pid of its supervisor", () => {
    assert.equal(chooseEndpoint(endpoints, "api").pid, 10);
    assert.equal(chooseEndpoint(endpoints, "30").pid, 30);
    assert.equal(chooseEndpoint(endpoints, "10").pid, 40);
  });

  it("says what runs when there is no such app", () => {
    const refuses = (list: Endpoint[], name: string, message: RegExp) =>
      assert.throws(() => chooseEndpoint(list, name), { code: "appNotFound", message });
    refuses(endpoints, "aip", /No app "aip" runs\. Did you mean "api"\?/);
    refuses(endpoints, "something", /Running: api, web, 10\./);
    refuses([], "api", /None does; start one with: hitless start/);
  });

  it("lists those that share the name", () => {
    assert.throws(() => chooseEndpoint(endpoints, "web"), { code: "usage", detail: ["20  /a", "30  /b"] });
  });
});

describe("patterns of names", () => {
  it("stand for any characters, or one, and take no time to fail", () => {
    const cases: [string, string, boolean][] = [
      ["worker-*", "worker-1", true],
      ["worker-*", "worker", false],
      ["*", "", true],
      ["w?b", "web", true],
      ["w?b", "wb", false],
      ["*a*b", "xaxxb", true],
      ["*a*b", "xaxxbc", false],
      ["[a]*", "[a]x", true],
      [`${"*a".repeat(40)}*b`, "a".repeat(5000), false],
    ];
    for (const [pattern, name, fits] of cases) {
      assert.equal(fitsGlob(pattern, name), fits, `${pattern} ${name}`);
    }
    assert.deepEqual(["a", "a*", "?"].map(isGlob), [false, true, true]);
  });
});

describe("nearest", () => {
  it("finds what was most likely meant, and nothing far-fetched", () => {
    const commands = ["start", "list", "status", "reload", "restart", "stop"];
    const cases: [string, string | undefined][] = [
      ["lst", "list"],
      ["strat", "start"],
      ["realod", "reload"],
      ["STATUS", "status"],
      ["deploy", undefined],
      ["x", undefined],
    ];
    for (const [written, meant] of cases) {
      assert.equal(nearest(written, commands), meant, written);
    }
    assert.equal(nearest("x", []), undefined);
  });
});

describe("the apps that a project names", () => {
  afterEach(removeTempFolders);

  const findWorkspaceApp = async (folder: string, name: string) =>
    (await configuredApps(folder)).find((app) => app.name === name)?.read();

  it("are those of the settings, which win, and those of hitless.json here or above", async () => {
    const folder = tempFolder({
      "hitless.json": `{ // Two of them.
        "apps": {
          "api": { "entry": "api.js" },
          "worker": { "entry": "worker.js", "workers": 1 },
          "bad": { "workers": 0, "name": "x" } } }`,
      ".vscode/settings.json": `{ "hitless.apps": [{ "name": "api", "entry": "other.js" }, { "cwd": "packages/web" }] }`,
      "packages/web/package.json": `{ "name": "@acme/web" }`,
    });
    const [api, web, worker, bad, ...more] = await configuredApps(folder);
    const file = join(folder, "hitless.json");
    assert.deepEqual([api?.name, api?.read(), api?.unused], ["api", { name: "api", entry: "other.js" }, `${file}:3`]);
    assert.deepEqual([web?.name, web?.projectFile, web?.unused], ["web", undefined, undefined]);
    assert.deepEqual(worker?.read(), { name: "worker", entry: "worker.js", workers: 1 });
    assert.deepEqual([worker?.projectFile, worker?.folder], [file, folder]);
    assert.throws(() => bad?.read(), {
      code: "badConfig",
      message: `${file}:5: apps.bad.workers must be "max" or a whole number from 1 to 1024.\n${file}:5: apps.bad.name is the key of the app already; remove it.`,
    });
    assert.deepEqual(more, []);
    const below = await configuredApps(join(folder, "packages", "web"));
    assert.deepEqual(
      below.map((app) => [app.name, app.folder]),
      ["api", "worker", "bad"].map((name) => [name, folder]),
    );
  });

  it("are missed where hitless.json has none, or what is no table", async () => {
    assert.deepEqual(await configuredApps(tempFolder({ "hitless.json": `{ "machines": {} }` })), []);
    const list = tempFolder({ "hitless.json": `{ "apps": [{ "name": "api" }] }` });
    await assert.rejects(configuredApps(list), {
      code: "badConfig",
      message: /apps must be an object, with the name of each/,
    });
  });

  it("finds an app of the workspace's settings, comments and all", async () => {
    const settings = `{
      // "hitless.apps": [],
      "editor.rulers": [80,], /* , ] */
      "hitless.apps": [
        { "name": "api", "entry": "a.js", "args": ["//not a comment", "/* nor this */", ",]"], },
        { "name": "bad", "wrokers": 2 },
      ],
    }`;
    const folder = tempFolder({ ".vscode/settings.json": `\uFEFF${settings}` });
    assert.deepEqual(await findWorkspaceApp(folder, "api"), {
      name: "api",
      entry: "a.js",
      args: ["//not a comment", "/* nor this */", ",]"],
    });
    assert.equal(await findWorkspaceApp(folder, "other"), undefined);
    await assert.rejects(findWorkspaceApp(folder, "bad"), {
      code: "badConfig",
      message: /hitless\.apps\[1\] in .*wrokers/,
    });
  });

  it("finds nothing without settings, and says when they can't be read", async () => {
    const folder = tempFolder({ ".vscode/other.json": "" });
    assert.equal(await findWorkspaceApp(folder, "api"), undefined);
    writeFileSync(join(folder, ".vscode", "settings.json"), '{"hitless.apps": 7}');
    assert.equal(await findWorkspaceApp(folder, "api"), undefined);
    writeFileSync(join(folder, ".vscode", "settings.json"), "{");
    await assert.rejects(findWorkspaceApp(folder, "api"), { code: "badConfig", message: /can't be read as JSON/ });
  });

  it("reads a string with an escaped quote as a whole", () => {
    assert.deepEqual(parseJsonc('["\\"// x", 1,]'), ['"// x', 1]);
  });
});
