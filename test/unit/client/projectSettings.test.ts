import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readProjectSettings } from "../../../src/client/settings/projectSettings.ts";
import { removeTempFolders, tempFolder } from "./tempFolder.ts";

describe("the settings of a project", () => {
  after(removeTempFolders);

  function project(files: Readonly<Record<string, string>>): string {
    const folder = tempFolder();
    mkdirSync(join(folder, ".vscode"));
    mkdirSync(join(folder, "packages", "api"), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text);
    }
    return folder;
  }

  const refuses = async (folder: string, ...lines: string[]): Promise<void> => {
    await assert.rejects(readProjectSettings(folder), (error: Error & { code: string }) => {
      assert.equal(error.code, "badConfig");
      assert.deepEqual(error.message.split("\n"), lines);
      return true;
    });
  };

  it("are none where there is no file", async () => {
    assert.deepEqual(await readProjectSettings(project({})), { machines: [], fleets: [], files: [] });
  });

  it("come from hitless.json here or above, and from the settings of the workspace", async () => {
    const folder = project({
      "hitless.json": `{
        // Where the shop runs.
        "machines": { "web1": "deploy@10.0.0.1", "web2": { "ssh": "ssh://web2:2222", "hitless": "/opt/hitless" }, "web3": {} },
        "fleets": { "shop": { "app": "shop", "machines": ["web1", "web2"], "deploy": ["./release.sh", "v2"] } },
        "apps": { "shop": {} },
      }`,
      ".vscode/settings.json": `{ "hitless.machines": { "test": "test.example" }, "editor.fontSize": 12 }`,
    });
    const { machines, fleets, files } = await readProjectSettings(join(folder, "packages", "api"));
    assert.deepEqual(machines, [
      { name: "web1", ssh: "deploy@10.0.0.1" },
      { name: "web2", ssh: "ssh://web2:2222", hitless: "/opt/hitless" },
      { name: "web3", ssh: "web3" },
      { name: "test", ssh: "test.example" },
    ]);
    assert.deepEqual(fleets, [
      {
        name: "shop",
        app: "shop",
        machines: ["web1", "web2"],
        atOnce: 1,
        deploy: ["./release.sh", "v2"],
        commandTimeout: 600_000,
        pause: 0,
        onFailure: "stop",
      },
    ]);
    assert.deepEqual(files, [join(folder, "hitless.json"), join(folder, ".vscode/settings.json")]);
  });

  it("come from the nearest file that has them, not from one with apps only", async () => {
    const folder = project({
      "hitless.json": `{ "machines": { "web1": "a" } }`,
      "packages/api/hitless.json": `{ "apps": { "api": {} } }`,
    });
    const { machines, files } = await readProjectSettings(join(folder, "packages", "api"));
    assert.deepEqual([machines, files], [[{ name: "web1", ssh: "a" }], [join(folder, "hitless.json")]]);
  });

  it("are refused with file, line, field and fix, all faults at once", async () => {
    const folder = project({
      "hitless.json": `{
        "machines": {
          "web1": "-oProxyCommand=evil",
          "web2": { "ssh": "web2", "hitless": "/opt/a b", "port": 22 },
          "a b": "x",
          "web3": 7, "web4": "web2:22"
        },
        "fleets": {
          "shop": {
            "machines": ["web1"],
            "atOnce": 0,
            "deploy": [], "atonce": 1, "color": "red", "verify": { "url": "http://a", "Watch": 1 }, "balancer": { "kind": "none", "reeds": "nginx" }
          }
        }
      }`,
    });
    const file = join(folder, "hitless.json");
    const destination =
      "must be a destination of ssh, such as an alias of its configuration, user@host or ssh://user@host:2222";
    await refuses(
      folder,
      `${file}:3: machines.web1 ${destination}.`,
      `${file}:4: machines.web2.hitless must be a path of letters, digits and the characters _ @ % + = : , . / \\ ~ -.`,
      `${file}:4: machines.web2.port is not a known setting; remove it.`,
      `${file}:5: machines.a b must have a name of letters, digits and . _ - (at most 64).`,
      `${file}:6: machines.web3 must be an object.`,
      `${file}:6: machines.web4 has a port behind the host, which ssh takes for a part of the host's name; write ssh://web2:22, or give the port in your ssh configuration.`,
      `${file}:9: fleets.shop.app is missing.`,
      `${file}:10: fleets.shop.machines must name at least two machines: one of them has to serve.`,
      `${file}:11: fleets.shop.atOnce must be at least 1.`,
      `${file}:12: fleets.shop.deploy must name a program, as in ["./release.sh"].`,
      `${file}:12: fleets.shop.verify.Watch is not a known setting; did you mean "watch"?`,
      `${file}:12: fleets.shop.balancer.reeds is not a known setting; did you mean "reads"?`,
      `${file}:12: fleets.shop.atonce is not a known setting; did you mean "atOnce"?`,
      `${file}:12: fleets.shop.color is not a known setting; remove it.`,
    );
  });

  it("are refused where two files name the same, are no table, or no JSON", async () => {
    const twice = project({
      "hitless.json": `{ "machines": { "web1": "a" } }`,
      ".vscode/settings.json": `{\n"hitless.machines": {\n"web1": "b" } }`,
    });
    await refuses(
      twice,
      `${join(twice, ".vscode/settings.json")}:3: hitless.machines.web1 is also in ${join(twice, "hitless.json")}:1; remove one of them.`,
    );
    const list = project({ "hitless.json": `{\n\n"machines": ["web1"] }` });
    await refuses(
      list,
      `${join(list, "hitless.json")}:3: machines must be an object, with the name of each as its key.`,
    );
    const broken = project({ "hitless.json": `{ "machines": }` });
    await refuses(broken, `${join(broken, "hitless.json")} can't be read as JSON: ValueExpected in line 1, column 15`);
  });

  it("are refused when a name stands twice, of which only the last would count, or when there is no object", async () => {
    const folder = project({
      "hitless.json": `{
        "machines": { "web1": "a", "web2": "b",
          "web1": "c" },
        "fleets": { "shop": { "app": "shop", "machines": ["web1", "web2"],
          "app": "other" } },
        "else": { "x": 1, "x": 2 }
      }`,
    });
    const file = join(folder, "hitless.json");
    await refuses(
      folder,
      `${file}:3: machines.web1 is named twice; remove one of them.`,
      `${file}:5: fleets.shop.app is named twice; remove one of them.`,
    );
    const list = project({ "hitless.json": "[]" });
    await refuses(
      list,
      `${join(list, "hitless.json")}:1: must be an object, such as { "machines": { "web1": "deploy@web1" } }.`,
    );
  });

  it("name an address that can be asked", async () => {
    const folder = project({
      "hitless.json": `{ "fleets": { "shop": { "app": "shop", "machines": ["a", "b"], "verify": { "url": "http://x y/" } } } }`,
    });
    await refuses(
      folder,
      `${join(folder, "hitless.json")}:1: fleets.shop.verify.url must be an http:// or https:// address.`,
    );
  });
});
