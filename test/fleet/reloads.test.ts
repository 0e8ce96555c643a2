import assert from "node:assert/strict";
import { labFleets } from "../support/lab/labFleet.ts";
import { assertUnnoticed, describeLab } from "../support/lab/labScene.ts";

const rounds = 10;

describeLab("a fleet of three machines behind nginx and HAProxy", {}, (scene) => {
  it(`is reloaded ${rounds} times, and no client notices`, async function () {
    this.timeout(300_000);
    const { lab } = scene;
    const fleets = labFleets(lab, { shop: { verify: { url: "http://127.0.0.1:3000/" } } });
    const clients = [await scene.load(lab.nginx, { thinkMs: 20 }), await scene.load(lab.haproxy, { thinkMs: 20 })];
    for (let round = 2; round <= rounds + 1; round += 1) {
      for (const { name } of lab.machines) {
        lab.release(name, String(round));
      }
      const { code, stdout, stderr } = await fleets.run("reload", "shop");
      assert.equal(code, 0, stdout + stderr);
    }
    for (const client of clients) {
      await client.until(String(rounds + 1), 100);
      assertUnnoticed(await client.stop(), rounds * 20);
    }
  });
});
