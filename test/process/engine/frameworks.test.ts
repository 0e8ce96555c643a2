import assert from "node:assert/strict";
import { HitlessError } from "../../../src/shared/errors.ts";
import { testedNodes, usualNode } from "../../support/process/nodeMatrix.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { askFixture } from "../../support/process/strictClient.ts";

interface App {
  readonly fixture: string;
  readonly entry: string;
  readonly title: string;
}

/** On all versions: what these differ in is how Node loads a file, and who makes the server. */
const everywhere: readonly App[] = [
  { fixture: "plain", entry: "server.js", title: "plain http" },
  { fixture: "fastify", entry: "server.js", title: "Fastify 5" },
  { fixture: "esm", entry: "server.mjs", title: "ESM with top-level await" },
  { fixture: "typescript", entry: "server.ts", title: "TypeScript" },
];
const more: readonly App[] = [
  { fixture: "express", entry: "server.js", title: "Express 5" },
  { fixture: "koa", entry: "server.js", title: "Koa" },
  { fixture: "nest", entry: "dist/main", title: "a NestJS-style build" },
];

describeOn(testedNodes(), "unmodified apps", (scene) => {
  const runsTypeScript = scene.node.major !== "20";
  const apps = [...everywhere, ...(scene.node === usualNode() ? more : [])];
  for (const { fixture, entry, title } of apps.filter(({ fixture }) => runsTypeScript || fixture !== "typescript")) {
    it(`${title}: starts, serves, is reloaded without a client noticing, stops`, async () => {
      const { client, port, write } = await scene.run({ fixture, config: { entry } });
      const { app, supervisor, workers } = client.snapshot;
      assert.equal(supervisor.nodeVersion, `v${scene.node.version}`);
      assert.deepEqual(app.addresses, [`http://127.0.0.1:${port}`]);
      assert.deepEqual(
        workers.map(({ slot, state, generation }) => ({ slot, state, generation })),
        [
          { slot: 1, state: "ready", generation: 1 },
          { slot: 2, state: "ready", generation: 1 },
        ],
      );
      const strict = await scene.ask({ target: { port }, connections: 10 });
      await strict.untilAnswers("1", 100);
      write("version.txt", "2");
      assertOutcome(await client.request("app/renew", { kind: "reload" }), "completed");
      await strict.untilAnswers("2", 100);
      assertUnnoticed(await strict.stop());
      assert.equal((await askFixture({ port })).generation, "2");
      assert.deepEqual(await client.request("app/stop", {}), { killed: 0 });
      await assert.rejects(askFixture({ port }), /ECONNREFUSED/);
    });
  }

  if (!runsTypeScript) {
    it("TypeScript where Node can't run it and tsx is not installed: says what to do", async () => {
      await assert.rejects(scene.start({ fixture: "typescript", config: { entry: "server.ts" } }), (error) => {
        assert.ok(error instanceof HitlessError);
        assert.equal(error.code, "typescriptUnsupported");
        assert.match(error.message, /tsx/);
        return true;
      });
    });
  }
});
