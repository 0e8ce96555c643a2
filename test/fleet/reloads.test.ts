import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertUnnoticed, describeLab, renew, tryToRenew } from "../support/lab/labScene.ts";

const rounds = 10;

describeLab("three machines behind nginx and HAProxy", {}, (scene) => {
  it(`are reloaded ${rounds} times one after the other, and no client notices`, async function () {
    this.timeout(300_000);
    const { lab } = scene;
    const clients = [await scene.load(lab.nginx, { thinkMs: 20 }), await scene.load(lab.haproxy, { thinkMs: 20 })];
    for (let round = 2; round <= rounds + 1; round += 1) {
      for (const machine of lab.machines) {
        lab.release(machine.name, String(round));
        await renew(lab, machine, "reload");
      }
    }
    for (const client of clients) {
      await client.until(String(rounds + 1), 100);
      assertUnnoticed(await client.stop(), rounds * 20);
    }
  });

  it("serve on when a release does not start on one of them", async () => {
    const { lab } = scene;
    const [first, second] = lab.machines;
    assert.ok(first && second);
    const clients = [await scene.load(lab.nginx), await scene.load(lab.haproxy)];
    lab.release(first.name, "good");
    await renew(lab, first, "reload");
    const entry = join(lab.appFolder(second.name), "server.js");
    const { stdout: source } = await second.run(["cat", entry]);
    writeFileSync(entry, "throw new Error('a bad release');");
    const failed = await tryToRenew(lab, second, "reload");
    assert.equal(failed.code, 1);
    assert.match(failed.stdout + failed.stderr, /a bad release/);
    writeFileSync(entry, source);
    for (const client of clients) {
      await client.until("good", 50);
      assertUnnoticed(await client.stop(), 100);
    }
  });
});
