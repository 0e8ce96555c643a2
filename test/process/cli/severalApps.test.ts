import assert from "node:assert/strict";
import { assertCode, type CliWorld, openCliWorld, plainServer } from "./hitless.ts";

describe("several apps", () => {
  let world: CliWorld;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  it("of hitless.json start, reload and stop together, each by itself", async () => {
    world.write({
      "hitless.json": `{
        // "broken" is in it to see that it keeps the others from nothing.
        "apps": {
          "api": { "entry": "server.js", "workers": 1 },
          "broken": { "entry": "missing.js" },
          "worker-1": { "entry": "server.js", "workers": 1, "env": { "PORT": "0" } },
        } }`,
      "server.js": plainServer,
    });
    const all = await world.run(["start", "--all"]);
    assertCode(all, 1);
    assert.match(all.stderr, /^broken \(2 of 3\)\n✖ The entry .*missing\.js does not exist\./m);
    assert.match(all.stderr, /^1 of 3 apps could not be started: broken$/m);
    assert.equal(all.stdout, "");

    // What runs already stays as it is.
    const again = await world.run(["start", "worker-*", "api"]);
    assertCode(again, 0);
    assert.match(again.stderr, /^api runs already/m);
    assert.match(again.stderr, /^worker-1 runs already/m);

    // A reload takes over what the file says now.
    world.write({ "hitless.json": `{ "apps": { "api": { "entry": "server.js", "workers": 2 } } }` });
    const reload = await world.run(["reload", "--all"]);
    assertCode(reload, 0);
    assert.match(reload.stdout, /^✔ api reloaded · generation 1 → 2 · 2 workers/m);
    assert.match(reload.stdout, /^✔ worker-1 reloaded · generation 1 → 2 · 1 worker/m);
    assert.match(reload.stdout, /hitless\.json does not name "worker-1" any more, so its settings stay\./);

    // Those that stay are those it runs by, whoever has read them, not those of its start.
    const renewedBy = async (command: string, settings: object | undefined): Promise<string> => {
      const apps = {
        api: { entry: "server.js" },
        ...(settings && { "worker-1": { entry: "server.js", ...settings } }),
      };
      world.write({ "hitless.json": JSON.stringify({ apps }) });
      const renewed = await world.run([command, "worker-1"]);
      assertCode(renewed, 0);
      return renewed.stdout;
    };
    const upgrade = process.platform === "win32" ? "reload" : "upgrade";
    for (const [command, settings] of [
      ["reload", { workers: 1, killTimeout: 6_000 }],
      [upgrade, { workers: 1, killTimeout: 7_000, drainTimeout: 9_000 }],
    ] as const) {
      assert.match(await renewedBy(command, settings), /Settings changed: .*killTimeout/);
      assert.doesNotMatch(await renewedBy("reload", undefined), /changed/);
    }

    assertCode(await world.run(["stop", "nothing-*"]), 3);
    assertCode(await world.run(["reload", "--all", "--json"]), 2);
    const stop = await world.run(["stop", "worker-*", "api"]);
    assertCode(stop, 0);
    assert.deepEqual(stop.stdout.trim().split("\n"), ["✔ worker-1 stopped", "✔ api stopped"]);
    assertCode(await world.run(["stop", "all"]), 3);
    const save = await world.run(["save"]);
    assertCode(save, 2);
    assert.match(save.stderr, /"save" is a command of pm2: nothing is to be saved: hitless\.json/);
    assertCode(await world.run(["ls"]), 0);
  });
});
