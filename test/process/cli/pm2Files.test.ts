import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJsonc } from "../../../src/client/settings/jsonc.ts";
import { patience } from "../../support/process/notHere/wine.ts";
import { assertCode, type CliWorld, get, openCliWorld } from "./hitless.ts";

describe("a pm2 file as it is", () => {
  let world: CliWorld;

  beforeEach(() => {
    world = openCliWorld();
  });

  afterEach(() => world.end());

  const server = `require("node:http").createServer((_, response) => {
    response.end([process.env.NODE_ENV, process.env.GREETING, process.env.FROM_FILE, ...process.argv.slice(2)].join(" "));
  }).listen(0);`;
  const file = (greeting: string, others = "") => `
    process.env.FROM_FILE = "file";
    module.exports = {
      apps: [
        { name: "api", script: "./bin/www", args: "one 'two three'", instances: "2", exec_mode: "cluster", kill_timeout: 3000,
          env: { NODE_ENV: "development", GREETING: "${greeting}" }, env_production: { NODE_ENV: "production" }, max_size: "5M" },
        { name: "web", cwd: "./apps/web", script: "npm", args: "start", autorestart: true, watch: false },
        { name: "python", script: "python", args: "-m uvicorn" },
        ${others}
        { name: "later", script: "./bin/www", autostart: false },
      ],
      restart_delay: 100,
    };`;

  const answerOf = async (name: string): Promise<string> => {
    const { stdout } = await world.run(["status", name, "--json"]);
    return get(/http:\/\/127\.0\.0\.1:\d+/.exec(stdout)?.[0] ?? "");
  };

  it("is imported into hitless.json, which shows the difference first, and starts from there", async () => {
    const before = `{\n  // Ours.\n  "machines": { "web1": "a" },\n  "apps": { "other": { "entry": "o.js" } }\n}\n`;
    world.write({
      "hitless.json": before,
      "ecosystem.config.cjs": file("hello"),
      "bin/www": `#!/usr/bin/env node\n${server}`,
    });
    const refused = await world.run(["import"]);
    assertCode(refused, 2);
    assert.match(refused.stderr, /nobody can be asked here, and nothing was written; write --yes/);
    assert.match(refused.stdout, /^\+ {5}"api": \{$/m);
    assert.match(
      refused.stderr,
      / {2}\(variables\) · not done: the file sets FROM_FILE for all apps; put them into a file/,
    );
    assert.equal(readFileSync(join(world.folder, "hitless.json"), "utf8"), before);

    const done = await world.run(["import", "--yes", "--env", "production"]);
    assertCode(done, 0);
    assert.match(done.stdout, /^✔ hitless\.json has 2 apps of it now; not in it: web, python/m);
    const after = readFileSync(join(world.folder, "hitless.json"), "utf8");
    assert.match(after, /\/\/ Ours\./);
    const { apps } = parseJsonc(after) as { apps: Record<string, { env: object }> };
    assert.deepEqual(Object.keys(apps), ["other", "api", "later"]);
    assert.deepEqual({ ...apps.api?.env }, { NODE_ENV: "production", GREETING: "hello" });
    const again = await world.run(["import", "--env", "production"]);
    assertCode(again, 0);
    assert.match(again.stdout, /says all that already/);

    assertCode(await world.run(["start", "a*", "--detach"]), 0);
    assert.equal(await answerOf("api"), "production hello  one two three");
  });

  it("starts, reloads and stops its apps, and says of each what differs and why it can't be started", async () => {
    const others = `{ name: "indexer", script: "indexer.js", listen_timeout: ${1_000 * patience} },
        { name: "migrate", script: "migrate.js", autorestart: false },
        { name: "nightly", script: "migrate.js", autorestart: false, cron_restart: "0 4 * * *" },`;
    world.write({
      "ecosystem.config.js": file("hello", others),
      "indexer.js": "setInterval(() => {}, 1000);",
      "migrate.js": "",
      "bin/www": `#!/usr/bin/env node\n${server}`,
      "apps/web/package.json": '{"name":"web","scripts":{"start":"GREETING=web node --no-warnings server.js"}}',
      "apps/web/server.js": server,
    });
    const start = await world.run(["start", "ecosystem.config.js", "--env", "production"]);
    assertCode(start, 1);
    for (const line of [
      /^ {2}restart_delay · ignored by pm2 too: it belongs into an app; here pm2 does nothing with it$/m,
      /^ {2}later · not started: autostart is false/m,
      /^ {2}max_size · ignored by pm2 too: it is a setting of pm2-logrotate/m,
      /^ {2}script · becomes: npm start runs as node --no-warnings server\.js in apps\/web$/m,
      /^✖ python: python -m uvicorn can't be started: python is not Node\.js/m,
      /^! it listens nowhere, so it is started as no server: server false, renewal "stopFirst"\nready 1\/1/m,
      /^✔ migrate has finished$/m,
      /^✔ nightly has finished; it is started again by its schedule/m,
      /^1 of 6 apps could not be started: python$/m,
    ]) {
      assert.match(start.stderr, line);
    }
    assert.equal(await answerOf("api"), "production hello file one two three");
    assert.equal(await answerOf("web"), " web file");

    const all = await world.run(["reload", "--all"]);
    assertCode(all, 0);
    assert.match(all.stderr, /^nightly has finished; it is started again by its schedule/m);

    world.write({ "ecosystem.config.js": file("again", others) });
    const reload = await world.run(["reload", "ecosystem.config.js", "--only", "api", "--env", "production"]);
    assertCode(reload, 0);
    assert.match(reload.stdout, /^✔ api reloaded · generation 2 → 3 · 2 workers/m);
    assert.match(reload.stdout, /0 dropped/);
    assert.equal(await answerOf("api"), "production again file one two three");

    const stop = await world.run(["stop", "ecosystem.config.js"]);
    assertCode(stop, 0);
    assert.deepEqual(stop.stdout.trim().split("\n").sort(), [
      "✔ api stopped",
      "✔ indexer stopped",
      "✔ nightly stopped",
      "✔ web stopped",
    ]);
    assertCode(await world.run(["start", "ecosystem.config.js", "--only", "wep"]), 3);
  });
});
