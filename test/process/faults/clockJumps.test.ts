import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { bundlesFolder } from "../../support/process/bundles.ts";
import { usualNode } from "../../support/process/nodeMatrix.ts";
import { patience } from "../../support/process/notHere/wine.ts";
import { assertOutcome, assertUnnoticed, describeOn } from "../../support/process/scene.ts";
import { until } from "../../support/process/until.ts";

const hour = 3_600_000;

/** Runs the bundle behind it with a clock that is as many milliseconds wrong as the file `shift` beside it says. */
const shiftedClock = `
const { readFileSync } = require("node:fs");
const { now } = Date;
Date.now = () => now() + Number(readFileSync(__dirname + "/shift", "utf8"));
require("./real.cjs");
`;

describeOn([usualNode()], "a clock that jumps", (scene) => {
  it("upsets no reload, no deadline and no request, and times are shown by the new clock", async () => {
    const bundles = join(scene.stage.folder, "bundles");
    mkdirSync(bundles);
    cpSync(bundlesFolder, bundles, { recursive: true });
    for (const name of ["supervisor.cjs", "preload.cjs"]) {
      renameSync(join(bundles, name), join(bundles, `real-${name}`));
      writeFileSync(join(bundles, name), shiftedClock.replace("real.cjs", `real-${name}`));
    }
    // Written whole in one go and renamed, so that nobody reads an empty file.
    const jump = (ms: number): void => {
      writeFileSync(join(bundles, "shift.new"), String(ms));
      renameSync(join(bundles, "shift.new"), join(bundles, "shift"));
    };
    jump(0);
    const { client, port, write } = await scene.run({
      fixture: "plain",
      config: { unresponsiveAfter: 2_000 * patience },
      supervisorFile: join(bundles, "supervisor.cjs"),
    });
    const strict = await scene.ask({ target: { port }, connections: 6 });
    let build = 1;
    for (const shift of [6 * hour, -6 * hour, 0]) {
      build += 1;
      write("version.txt", String(build));
      const headers = { expect: "100-continue" };
      const upload = request({ port, host: "127.0.0.1", path: "/upload", method: "POST", headers, agent: false });
      const answered: Promise<IncomingMessage[]> = once(upload, "response");
      upload.flushHeaders();
      await once(upload, "continue");
      const reload = client.request("app/renew", { kind: "reload" });
      await until(client, "the upload drains", ({ workers }) =>
        workers.some(({ drain }) => (drain?.requests ?? 0) > 0),
      );
      jump(shift);
      upload.end("x");
      const [response] = await answered;
      assert.equal(response?.resume().statusCode, 200);
      const report = await reload;
      assertOutcome(report, "completed");
      assert.ok(
        report.durationMs >= 0 && report.durationMs < 60_000,
        `it is said to have taken ${report.durationMs} ms`,
      );
      await strict.untilAnswers(String(build), 20);
      const { workers } = await until(
        client,
        "times by the new clock",
        ({ app }) => Math.abs(app.startedAt - (Date.now() + shift)) < hour,
      );
      assert.deepEqual(
        workers.map(({ health, readyAt = 0 }) => ({ health, soon: Math.abs(readyAt - (Date.now() + shift)) < hour })),
        workers.map(() => ({ health: "responsive", soon: true })),
      );
    }
    assertUnnoticed(await strict.stop());
  });
});
